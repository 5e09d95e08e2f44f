/** `npm start` as a user types it, in a process group of its own, so that one can see whether anything of it stays behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { ROOT } from '../planted-copy.ts';
import { freePort } from './free-port.ts';

export interface StartedRushes {
  readonly url: string;
  /** What it wrote so far, both streams together. */
  output(): string;
  /** Waits until a first version is published and answers are served. */
  ready(): Promise<void>;
  /** Sends the signal to npm, waits for the end and returns npm's exit code. Throws if a process is left behind. */
  stop(signal: 'SIGTERM' | 'SIGINT'): Promise<number | null>;
  /** Ends everything at once, whatever state it is in. */
  kill(): void;
}

const READY_WITHIN_MS = 240_000;
const STOPPED_WITHIN_MS = 40_000;

export const startRushes = async (args: readonly string[]): Promise<StartedRushes> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn('npm', ['start', '--', ...args, '--port', String(port)], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const group = child.pid;
  if (group === undefined) throw new Error('npm could not be started');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = once(child, 'exit');

  const groupLives = (): boolean => {
    try {
      return process.kill(-group, 0);
    } catch {
      return false;
    }
  };
  const kill = (): void => {
    if (groupLives()) process.kill(-group, 'SIGKILL');
  };
  return {
    url,
    output: () => output,
    kill,
    ready: async () => {
      for (const until = Date.now() + READY_WITHIN_MS; Date.now() < until; await sleep(100)) {
        if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}:\n${output}`);
        const response = await fetch(`${url}/health/ready`).catch(() => undefined);
        await response?.body?.cancel();
        if (response?.status === 200) return;
      }
      throw new Error(`not ready after ${READY_WITHIN_MS} ms:\n${output}`);
    },
    stop: async (signal) => {
      child.kill(signal);
      await Promise.race([ended, sleep(STOPPED_WITHIN_MS, undefined, { ref: false })]);
      if (child.exitCode === null && child.signalCode === null)
        throw new Error(`still running ${STOPPED_WITHIN_MS} ms after ${signal}:\n${output}`);
      if (groupLives()) throw new Error(`a process was left behind after ${signal}:\n${output}`);
      return child.exitCode;
    },
  };
};
