/**
 * Runs the parts of a control plane, each when the one before it is well, until it is asked to end. One that is killed is started again; one that ends by
 * itself ends everything, since it says why in the log. None of them outlives this process, however that ends.
 *
 *     control-plane.ts PROGRAM FOLDER PORT
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { type Part, partsOf } from './parts.ts';

const LOOK_MS = 100;
const ANSWER_MS = 2_000;
const STOP_MS = 5_000;

const [program = '', folder = '', port = ''] = process.argv.slice(2);
const over = new AbortController();
const running = new Map<string, ChildProcess>();

/** For whoever wants to kill one of them. */
const writeProcesses = (): void =>
  writeFileSync(join(folder, 'parts.json'), JSON.stringify(Object.fromEntries([...running].map(([name, { pid }]) => [name, pid]))));

const start = (part: Part): void => {
  const { name, args } = part;
  // The kernel ends it with this process, also when that is killed.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, name, ...args], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
  running.set(name, child);
  writeProcesses();
  child.once('error', ({ message }) => {
    process.stderr.write(`${name} cannot be started: ${message}\n`);
    process.exitCode = 1;
    over.abort();
  });
  child.once('exit', (code, signal) => {
    running.delete(name);
    if (over.signal.aborted) return;
    process.stderr.write(`${name} ended (${signal ?? code})\n`);
    if (signal !== null) return start(part);
    process.exitCode = 1;
    over.abort();
  });
};

const isHealthy = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const answered = (response: { readonly statusCode?: number | undefined; readonly resume: () => unknown }): void => {
      response.resume();
      resolve(response.statusCode === 200);
    };
    const request = url.startsWith('https:')
      ? getHttps(url, { rejectUnauthorized: false, agent: false, timeout: ANSWER_MS }, answered)
      : getHttp(url, { agent: false, timeout: ANSWER_MS }, answered);
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });

const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);

const stop = async (): Promise<void> => {
  // Those that ask before those that answer.
  for (const child of [...running.values()].toReversed()) {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(late);
  }
};

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => over.abort());
for (const part of partsOf(folder, Number(port))) {
  if (over.signal.aborted) break;
  start(part);
  while (!over.signal.aborted && !(await isHealthy(part.healthUrl))) await pause(LOOK_MS);
}
if (!over.signal.aborted) await once(over.signal, 'abort');
await stop();
