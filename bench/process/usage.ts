/** What processes have used until now. */
import { readFileSync } from 'node:fs';

/** Of this process: threads are included, other processes are not. */
export interface Usage {
  /** Processor time, user and system, in milliseconds. */
  readonly cpuMs: number;
  /** The most resident memory it ever had, in MiB. */
  readonly peakMb: number;
}

export const usage = (): Usage => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMb: maxRSS / 1024 };
};

/** Linux counts processor time in hundredths of a second. */
const TICK_MS = 10;

/** Processor time of another process in milliseconds, user and system, with its threads. `undefined` where the system does not tell. */
export const cpuMsOf = (pid: number): number | undefined => {
  try {
    // After the name, which may hold spaces: state is field 3, user and system time are 14 and 15.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return undefined;
  }
};
