/** What processes have used until now. */
import { readdirSync, readFileSync } from 'node:fs';

import { peakMemoryMb } from '@rushes/runtime';

/** Of this process: threads are included, other processes are not. */
export interface Usage {
  /** Processor time, user and system, in milliseconds. */
  readonly cpuMs: number;
  /** The most resident memory it ever had, in MiB. */
  readonly peakMb: number;
}

export const usage = (): Usage => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return { cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMb: peakMemoryMb() };
};

/** Linux counts processor time in hundredths of a second. */
const TICK_MS = 10;

interface ProcessTime {
  readonly parent: number;
  readonly cpuMs: number;
}

/** Of another process, with its threads. `undefined` where the system does not tell, or the process has ended. */
const timeOf = (pid: number): ProcessTime | undefined => {
  try {
    // After the name, which may hold spaces: state is field 3, the parent 4, user and system time are 14 and 15.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return { parent: Number(fields[1]), cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS };
  } catch {
    return undefined;
  }
};

/** Processor time of another process in milliseconds, user and system, with its threads. `undefined` where the system does not tell. */
export const cpuMsOf = (pid: number): number | undefined => timeOf(pid)?.cpuMs;

/** The same of several processes with the processes that they started and that still run. */
export const cpuMsOfTrees = (roots: readonly number[]): number | undefined => {
  if (roots.some((pid) => cpuMsOf(pid) === undefined)) return undefined;
  const times = new Map<number, ProcessTime>();
  for (const name of readdirSync('/proc')) {
    const found = /^\d+$/.test(name) ? timeOf(Number(name)) : undefined;
    if (found) times.set(Number(name), found);
  }
  const isWithin = (pid: number): boolean => {
    if (roots.includes(pid)) return true;
    const parent = times.get(pid)?.parent;
    return parent !== undefined && parent !== 0 && isWithin(parent);
  };
  return [...times].reduce((sum, [pid, { cpuMs }]) => (isWithin(pid) ? sum + cpuMs : sum), 0);
};
