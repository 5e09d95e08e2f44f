/**
 * One core for the server and one for who measures it, with `taskset` of util-linux. Otherwise the scheduler moves both about, and the server has more or less
 * than a core, by what the load happens to take.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Cores {
  readonly server: number;
  readonly load: number;
}

/** The cores in a list as Linux writes it: `0-2,5`. */
export const coresInList = (list: string): readonly number[] =>
  list
    .split(',')
    .filter(Boolean)
    .flatMap((range) => {
      const [first = Number.NaN, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, at) => first + at);
    });

/** Two cores that this process may use; `undefined` if there are not two, or nothing to pin processes with. */
export const twoCores = (): Cores | undefined => {
  if (process.platform !== 'linux' || spawnSync('taskset', ['--version']).status !== 0) return undefined;
  const allowed = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  const [server, load] = coresInList(allowed);
  return server === undefined || load === undefined ? undefined : { server, load };
};

/** The command line that runs a program, with all its threads, on one core. The process that is started becomes the program's. */
export const onCore = (core: number | undefined, command: readonly [string, ...string[]]): readonly [string, ...string[]] =>
  core === undefined ? command : ['taskset', '--cpu-list', String(core), ...command];
