/**
 * The metrics of all processes of a service as one. Invariants: a scrape is the same whichever worker it meets; counters do not go back: what a worker had
 * counted when it was last asked stays counted after its end.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { type MeasuredMetrics, mergeMetrics } from '@rushes/runtime';

export interface MergedMetrics {
  /** The text, of the workers that there are now. One that does not answer in time has the values that it had last. */
  text(workers: ReadonlyMap<number, () => Promise<MeasuredMetrics>>, own: MeasuredMetrics): Promise<string>;
  /** A worker is there no more: its gauges go, its counters stay. */
  ended(worker: number): void;
}

const PATIENCE_MS = 1_000;

const isCounted = ({ type }: MeasuredMetrics[number]): boolean => ['counter', 'histogram'].includes(type);

export const createMergedMetrics = (patienceMs: number = PATIENCE_MS): MergedMetrics => {
  const last = new Map<number, MeasuredMetrics>();
  let past: MeasuredMetrics[] = [];

  const ask = async (worker: number, measured: () => Promise<MeasuredMetrics>): Promise<void> => {
    const giveUp = new AbortController();
    try {
      const found = await Promise.race([measured(), sleep(patienceMs, undefined, { signal: giveUp.signal, ref: false })]);
      if (found !== undefined) last.set(worker, found);
    } catch {
      // It is about to end, or its channel is.
    } finally {
      giveUp.abort();
    }
  };

  return {
    text: async (workers, own) => {
      await Promise.all([...workers].map(([worker, measured]) => ask(worker, measured)));
      if (past.length > 1) {
        const folded = past;
        past = [];
        past.push(await mergeMetrics(folded).getMetricsAsJSON());
      }
      // Sorted, so that what all say alike is taken from the same one each time.
      const current = [...last].toSorted(([a], [b]) => a - b).map(([, measured]) => measured);
      return mergeMetrics([...current, own, ...past]).metrics();
    },
    ended: (worker) => {
      const counted = (last.get(worker) ?? []).filter(isCounted);
      last.delete(worker);
      if (counted.length > 0) past.push(counted);
    },
  };
};
