/** What this process has used until now; threads are included, other processes are not. */
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
