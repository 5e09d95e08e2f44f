/** One measured piece of work in a process of its own: its memory and processor time are nobody else's, and nothing is warm from the piece before. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { onCore } from './cores.ts';

/** The environment without settings of Rushes: what is measured must not depend on who measures. */
export const plainEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('RUSHES_')));

export const benchScript = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

/**
 * Kills the child when this process ends: a benchmark leaves nothing running. Before anything else, so that its files can be removed.
 * @returns what to call once the child has ended by itself.
 */
export const endWithUs = (child: ChildProcess): (() => void) => {
  const kill = (): void => void child.kill('SIGKILL');
  process.prependListener('exit', kill);
  return () => process.off('exit', kill);
};

/** The end of what a process says of its own failure. */
const TOLD = 2000;

/**
 * Runs a program to its end.
 * @param quiet what it writes to its standard error is told only if it fails.
 * @returns what it printed, parsed: one JSON value. Whoever calls says of which type.
 */
export const measureProgram = async <T>(
  [command, ...args]: readonly [string, ...string[]],
  { quiet = false }: { readonly quiet?: boolean } = {},
): Promise<T> => {
  const child = spawn(command, args, { env: plainEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = endWithUs(child);
  if (!quiet) child.stderr.pipe(process.stderr, { end: false });
  const [output, told] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  ended();
  if (child.exitCode !== 0) {
    const why = quiet ? `: ${told.trim().slice(-TOLD)}` : '';
    throw new Error(`${[command, ...args].join(' ')} ended with ${child.exitCode ?? child.signalCode}${why}`);
  }
  return JSON.parse(output) as T; // as: both ends are in this folder
};

/**
 * Runs a script of this folder to its end.
 * @param core where it runs; `undefined`: wherever the system likes.
 * @returns what it printed, parsed.
 */
export const measureInChild = <T>(script: string, args: readonly string[], core?: number): Promise<T> =>
  measureProgram<T>(onCore(core, [process.execPath, benchScript(script), ...args]));
