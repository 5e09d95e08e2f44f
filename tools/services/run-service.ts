/**
 * One server as a process of this machine. It is known by the file that its folder has about it: the process and when that began, so that a number that
 * the system gave to another process is not taken for it.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { installed } from './installed.ts';
import { type Instance, type Service, ServiceError } from './service.ts';

const READY_MS = 180_000;
const STOP_MS = 30_000;
const FREE_MS = 5_000;
const LOOK_MS = 100;
const SHOWN_LINES = 20;
/** Fields of /proc/<pid>/stat behind the name in brackets: the state, and when the process began. */
const STATE = 0;
const BEGAN = 19;

const processFile = (folder: string): string => join(folder, 'process.json');
export const logFile = (folder: string): string => join(folder, 'output.log');

/** When a process began, in ticks since the machine did; `undefined` if there is none or it has ended. */
const beganAt = (pid: number): string | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[STATE] === 'Z' || fields[STATE] === 'X' ? undefined : fields[BEGAN];
  } catch {
    return undefined;
  }
};

interface RunningProcess {
  readonly pid: number;
  readonly began?: string | undefined;
  /** What asks it to end. */
  readonly stopSignal?: NodeJS.Signals | undefined;
}

/** The process that runs from a folder. */
const processIn = async (folder: string): Promise<RunningProcess | undefined> => {
  const text = await readFile(processFile(folder), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const known = JSON.parse(text) as RunningProcess; // as: written below
  return beganAt(known.pid) === known.began ? known : undefined;
};

export const pidIn = async (folder: string): Promise<number | undefined> => (await processIn(folder))?.pid;

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** A process that was killed may hold its ports a moment longer. */
const isFreeSoon = async (port: number): Promise<boolean> => {
  const deadline = performance.now() + FREE_MS;
  while (!(await isFree(port))) {
    if (performance.now() > deadline) return false;
    await sleep(LOOK_MS);
  }
  return true;
};

const lastLines = async (path: string): Promise<string> => {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
};

/**
 * Starts a server and waits until it answers; one that runs already is left as it is.
 * @throws ServiceError if it cannot be had or does not answer, with the end of its log.
 */
export const startService = async (service: Service, instance: Instance, say: (text: string) => void = () => {}): Promise<void> => {
  const { folder, port } = instance;
  const { name } = service;
  const at = await installed(service, say);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await pidIn(folder)) === undefined) {
    for (let n = 0; n < service.ports; n++)
      if (!(await isFreeSoon(port + n)))
        throw new ServiceError(`${name} cannot listen on 127.0.0.1:${port + n}: another process does. End that one, or see \`status\`.`);
    await service.prepare(instance, at);
    const { command, args, env } = service.launch(instance, at);
    await rename(logFile(folder), `${logFile(folder)}.previous`).catch(() => {}); // as after a first start
    const log = openSync(logFile(folder), 'a');
    const child = spawn(command, args, { cwd: folder, detached: true, stdio: ['ignore', log, log], env: { ...process.env, ...env } });
    closeSync(log);
    child.on('error', () => {}); // seen by its missing number
    child.unref();
    if (child.pid === undefined) throw new ServiceError(`${name} cannot be started: ${command} is not there`);
    await writeFile(
      processFile(folder),
      JSON.stringify({ pid: child.pid, began: beganAt(child.pid), port, stopSignal: service.stopSignal }),
    );
  }
  const deadline = performance.now() + READY_MS;
  while (!(await service.isReady(instance))) {
    if ((await pidIn(folder)) === undefined)
      throw new ServiceError(`${name} ended while it started (${logFile(folder)}):\n${await lastLines(logFile(folder))}`);
    if (performance.now() > deadline)
      throw new ServiceError(
        `${name} does not answer after ${READY_MS / 1000} s (${logFile(folder)}):\n${await lastLines(logFile(folder))}`,
      );
    await sleep(LOOK_MS);
  }
};

/** Sends a signal to the server's process, if it runs. */
export const signalService = async (folder: string, signal: NodeJS.Signals): Promise<void> => {
  const pid = await pidIn(folder);
  if (pid === undefined) return;
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error; // it has ended meanwhile
  }
};

/** Whether each thread of a process stands still, as far as the system tells. */
const standsStill = async (pid: number): Promise<boolean> => {
  const tasks = `/proc/${pid}/task`;
  const threads = await readdir(tasks).catch(() => []);
  const states = await Promise.all(threads.map((thread) => readFile(`${tasks}/${thread}/stat`, 'utf8').catch(() => '')));
  // Behind the name in parentheses, which may have any characters.
  return states.every((stat) => stat === '' || stat.slice(stat.lastIndexOf(')') + 2).startsWith('T'));
};

/** Stops a server where it stands, until it is sent SIGCONT, and waits until it does: its threads hear of it one by one. */
export const freezeService = async (folder: string): Promise<void> => {
  await signalService(folder, 'SIGSTOP');
  const pid = await pidIn(folder);
  if (pid === undefined) return;
  const deadline = performance.now() + STOP_MS;
  while (performance.now() < deadline && !(await standsStill(pid))) await sleep(1);
};

/** Ends a server, by force if it does not end by itself, and waits for that. Its data stay. */
export const stopService = async (folder: string, signal?: NodeJS.Signals): Promise<void> => {
  await signalService(folder, signal ?? (await processIn(folder))?.stopSignal ?? 'SIGTERM');
  // One that is frozen hears no signal before this.
  await signalService(folder, 'SIGCONT');
  const deadline = performance.now() + STOP_MS;
  while ((await pidIn(folder)) !== undefined) {
    if (performance.now() > deadline) await signalService(folder, 'SIGKILL');
    await sleep(LOOK_MS);
  }
};

/** Ends a server and removes its folder. */
export const removeService = async (folder: string): Promise<void> => {
  await stopService(folder);
  await rm(folder, { recursive: true, force: true });
};
