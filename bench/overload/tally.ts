/** Counts answers in the measured time: not before `begin`. */
import { cpuMsOf, usage } from '../process/usage.ts';
import { createTimes } from './latencies.ts';
import type { Answers } from './measured.ts';

export interface Tally {
  begin(): void;
  isCounting(): boolean;
  /** @param status `undefined`: the connection broke. */
  note(status: number | undefined, ms: number): void;
  /** Ends the counting. */
  end(): Answers;
}

/** @param pid process whose processor time is the server's. */
export const createTally = (pid: number): Tally => {
  const [admitted, refused] = [createTimes(), createTimes()];
  const statuses: Record<string, number> = {};
  let failed = 0;
  let begun: { readonly at: number; readonly serverMs: number | undefined; readonly loadMs: number } | undefined;
  return {
    begin: () => void (begun = { at: performance.now(), serverMs: cpuMsOf(pid), loadMs: usage().cpuMs }),
    isCounting: () => begun !== undefined,
    note: (status, ms) => {
      if (begun === undefined) return;
      if (status === undefined) failed += 1;
      else statuses[status] = (statuses[status] ?? 0) + 1;
      if (status === 200) admitted.record(ms);
      if (status === 503) refused.record(ms);
    },
    end: () => {
      if (begun === undefined) throw new Error('a tally that never began');
      const elapsedMs = performance.now() - begun.at;
      const serverMs = cpuMsOf(pid);
      const loadMs = usage().cpuMs;
      const result: Answers = {
        seconds: elapsedMs / 1000,
        statuses,
        failed,
        admitted: admitted.result(),
        refused: refused.result(),
        serverCores: serverMs === undefined || begun.serverMs === undefined ? undefined : (serverMs - begun.serverMs) / elapsedMs,
        loadCores: (loadMs - begun.loadMs) / elapsedMs,
      };
      begun = undefined;
      return result;
    },
  };
};
