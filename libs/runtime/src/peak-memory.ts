import { readFileSync } from 'node:fs';

/**
 * The most resident memory that this process ever had, in MiB. Where Linux tells it, from its own memory's mark: `maxRSS` of a process begins with what its
 * parent had when it was started (`setmax_mm_hiwater_rss` in the kernel's `exec_mmap`).
 */
export const peakMemoryMb = (): number => {
  try {
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kib !== undefined) return Number(kib) / 1024;
  } catch {
    // Not Linux, or nothing of it is shown here.
  }
  return process.resourceUsage().maxRSS / 1024;
};
