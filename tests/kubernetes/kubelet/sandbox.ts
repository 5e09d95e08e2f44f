/**
 * The network of a pod: a namespace with an address of its own, which the host reaches and nobody else. It lives as long as the process that holds it, and
 * that no longer than this one. Pods do not reach each other, nor anything outside.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { ServiceError } from '../../../tools/services/service.ts';
import { isInstalled, runTool } from '../../../tools/services/tools.ts';

export interface Sandbox {
  readonly address: string;
  /** A file that stands for the namespace. */
  readonly network: string;
  readonly remove: () => Promise<void>;
}

const SUBNET = '10.244.77';
const [FIRST, LAST] = [2, 254];
const LOOK_MS = 20;
let next = FIRST + Math.floor(Math.random() * (LAST - FIRST));

/** Why pods cannot run here. */
export const missingForPods = (): string | undefined => {
  if (process.getuid?.() !== 0) return 'pods are started as root, which has to make namespaces for them';
  const missing = ['ip', 'unshare', 'nsenter', 'setpriv'].filter((program) => !isInstalled(program));
  return missing.length === 0 ? undefined : `there is no ${missing.join(', ')} on the path (Debian: apt-get install iproute2 util-linux)`;
};

const namespaceOf = (pid: number | 'self'): string => readlinkSync(`/proc/${pid}/ns/net`);

/** Ends a process and waits for it. */
const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
};

/** @throws ServiceError if this machine gives no network to namespaces. */
export const makeSandbox = async (): Promise<Sandbox> => {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', '--net', 'sleep', 'infinity'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  try {
    while (namespaceOf(pid) === namespaceOf('self')) await sleep(LOOK_MS);
    const network = `/proc/${pid}/ns/net`;
    const inside = (...args: readonly string[]) => runTool('nsenter', [`--net=${network}`, 'ip', ...args]);
    for (let tries = FIRST; tries <= LAST; tries++) {
      const number = next;
      next = next === LAST ? FIRST : next + 1;
      const address = `${SUBNET}.${number}`;
      const device = `rushes${number}`;
      // Another one has this address, perhaps of another process.
      if (
        !(await runTool('ip', ['link', 'add', device, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid)]).then(
          () => true,
          isTaken,
        ))
      )
        continue;
      await runTool('ip', ['link', 'set', device, 'up']);
      await inside('link', 'set', 'lo', 'up');
      await inside('addr', 'add', `${address}/32`, 'dev', 'eth0');
      await inside('link', 'set', 'eth0', 'up');
      await inside('route', 'add', 'default', 'dev', 'eth0');
      await runTool('ip', ['route', 'add', `${address}/32`, 'dev', device]);
      return {
        address,
        network,
        async remove() {
          // With its namespace it would go a moment later, when its address may be wanted again.
          await runTool('ip', ['link', 'del', device]).catch(() => undefined);
          await end(child);
        },
      };
    }
    throw new ServiceError(`all addresses of ${SUBNET}.0/24 are taken`);
  } catch (error) {
    await end(child);
    throw error;
  }
};

const isTaken = (error: unknown): false => {
  if (error instanceof ServiceError && error.message.includes('File exists')) return false;
  throw error;
};
