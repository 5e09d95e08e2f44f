import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Invoked {
  readonly child: ChildProcess;
  /** Resolves with standard output once it contains `text`. Rejects if the process ends before. */
  readonly wrote: (text: string) => Promise<string>;
  readonly ended: Promise<Ended>;
}

/** Starts the command line in the folder `cwd`, with no other variables than `env` and what Node needs. */
export const start = (args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Invoked => {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then((): Ended => ({ code: child.exitCode, stdout, stderr }));
  const wrote = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (stdout.includes(text)) resolve(stdout);
      };
      child.stdout.on('data', look);
      ended.then(() => reject(new Error(`ended without writing ${text}: ${stdout}${stderr}`)), reject);
      look();
    });
  return { child, wrote, ended };
};

export const invoke = (args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  start(args, cwd, env).ended;
