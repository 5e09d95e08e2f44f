/** How loaded the process is, sampled. Invariant: a sample that cannot be taken (no file may be opened) leaves the last one, and ends nothing. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface Load {
  /** Milliseconds by which the event loop was late, on average, since the sample before. */
  readonly eventLoopDelay: number;
  readonly heapUsedBytes: number;
  readonly rssBytes: number;
}

/** How finely the delay is measured. */
const RESOLUTION_MS = 10;

/** Heap and resident memory. */
const readMemory = (): Pick<Load, 'heapUsedBytes' | 'rssBytes'> | undefined => {
  try {
    // Linux tells the resident memory in a file.
    const { heapUsed, rss } = process.memoryUsage();
    return { heapUsedBytes: heapUsed, rssBytes: rss };
  } catch {
    return undefined;
  }
};

/** Samples until it is stopped. */
export const sampleLoad = (intervalMs: number): { readonly current: () => Load; readonly stop: () => void } => {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  let load: Load = { eventLoopDelay: 0, heapUsedBytes: 0, rssBytes: 0, ...readMemory() };
  const timer = setInterval(() => {
    // Without a single measurement the mean is no number: the loop stood still all the time.
    const mean = Number.isNaN(delays.mean) ? Number.POSITIVE_INFINITY : delays.mean / 1e6;
    load = { ...load, ...readMemory(), eventLoopDelay: Math.max(0, mean - RESOLUTION_MS) };
    delays.reset();
  }, intervalMs);
  timer.unref();
  return {
    current: () => load,
    stop: () => {
      clearInterval(timer);
      delays.disable();
    },
  };
};
