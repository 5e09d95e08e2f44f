/** A server in a process of its own, on a free port of the loopback interface. */
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { benchScript, endWithUs, plainEnvironment } from './child.ts';
import { onCore } from './cores.ts';

export interface StartedServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Work with servers, all of which are stopped when it ends, the last one first. `started` takes note of one. */
export const withServers = async <Result>(
  work: (started: (starting: Promise<StartedServer>) => Promise<StartedServer>) => Promise<Result>,
): Promise<Result> => {
  const servers: StartedServer[] = [];
  try {
    return await work(async (starting) => {
      const server = await starting;
      servers.push(server);
      return server;
    });
  } finally {
    for (const server of servers.toReversed()) await server.stop();
  }
};

type Child = ChildProcessByStdio<null, Readable, null>;

/** The first line that says where the server listens: `{"url": …}`. */
const addressOf = async (child: Child): Promise<string> => {
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as { readonly url?: string }; // as: both servers print nothing but JSON
    if (said.url !== undefined) return said.url;
  }
  throw new Error(`the server ended with ${child.exitCode ?? child.signalCode} before it listened`);
};

/** Starts a program that says where it listens. */
export const startServer = async (
  [command, ...args]: readonly [string, ...string[]],
  options: { readonly cwd?: string; readonly environment?: NodeJS.ProcessEnv } = {},
): Promise<StartedServer> => {
  const { cwd, environment } = options;
  const child = spawn(command, args, {
    ...(cwd !== undefined && { cwd }),
    env: { ...plainEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const letLive = endWithUs(child);
  const url = await addressOf(child);
  if (child.pid === undefined) throw new Error(`${command} has no process id`);
  return {
    url,
    pid: child.pid,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      letLive();
    },
  };
};

const RUSHES = fileURLToPath(new URL('../../apps/rushes/src/main.ts', import.meta.url));

const servingFrom = (dataFolder: string): readonly string[] => [
  '--json',
  '--data',
  dataFolder,
  '--port',
  '0',
  '--rate-limit-per-minute',
  '0',
  '--log-level',
  'warn',
];

/** `rushes serve` as anybody would start it, without the rate limit, and without a line for each request. With `core`, on that one alone. */
export const startRushes = (dataFolder: string, args: readonly string[], core?: number): Promise<StartedServer> =>
  startServer(onCore(core, [process.execPath, RUSHES, 'serve', ...servingFrom(dataFolder), ...args]));

/** `rushes up`, which is everything in one process, the same way. */
export const startUp = (dataFolder: string, imdb: string): Promise<StartedServer> =>
  startServer([process.execPath, RUSHES, 'up', '--imdb', imdb, ...servingFrom(dataFolder)]);

/** Whether a command of `rushes` has an option, as its help says. */
export const rushesHasOption = (command: string, option: string): boolean =>
  new RegExp(`${option}\\b`).test(spawnSync(process.execPath, [RUSHES, command, '--help'], { encoding: 'utf8' }).stdout);

export const startBareServer = (answersFile: string): Promise<StartedServer> =>
  startServer([process.execPath, benchScript('bare-server.ts'), answersFile]);
