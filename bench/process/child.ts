/** One measured piece of work in a process of its own: its memory and processor time are nobody else's, and nothing is warm from the piece before. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The environment without settings of Rushes: what is measured must not depend on who measures. */
export const plainEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('RUSHES_')));

export const benchScript = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

/**
 * Runs a script of this folder to its end.
 * @returns what it printed, parsed: one JSON value. Whoever calls says of which type, because both ends are in this folder.
 */
export const measureInChild = async <T>(script: string, args: readonly string[]): Promise<T> => {
  const child = spawn(process.execPath, [benchScript(script), ...args], { env: plainEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (child.exitCode !== 0) throw new Error(`${script} ${args.join(' ')} ended with ${child.exitCode ?? child.signalCode}`);
  return JSON.parse(output) as T;
};
