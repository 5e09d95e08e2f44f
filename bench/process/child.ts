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

/**
 * Runs a script of this folder to its end.
 * @param core where it runs; `undefined`: wherever the system likes.
 * @returns what it printed, parsed: one JSON value. Whoever calls says of which type, because both ends are in this folder.
 */
export const measureInChild = async <T>(script: string, args: readonly string[], core?: number): Promise<T> => {
  const [command, ...line] = onCore(core, [process.execPath, benchScript(script), ...args]);
  const child = spawn(command, line, { env: plainEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = endWithUs(child);
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  ended();
  if (child.exitCode !== 0) throw new Error(`${script} ${args.join(' ')} ended with ${child.exitCode ?? child.signalCode}`);
  return JSON.parse(output) as T;
};
