/** Logs trouble that repeats: the first time whole, then with growing waits a line that says how often; and once when it is over. */
import type { Logger } from './logger.ts';

export interface TroubleLog {
  readonly report: (message: string, error: unknown, fields?: Readonly<Record<string, unknown>>) => void;
  /** What was reported under this message, or at all, is over. */
  readonly settle: (message?: string) => void;
}

export interface TroubleLogOptions {
  readonly logger: Logger;
  readonly level: 'warn' | 'error';
  /** Milliseconds of a clock that nobody sets; the process's by default. */
  readonly elapsedMs?: () => number;
}

interface Trouble {
  readonly message: string;
  repeated: number;
  waitMs: number;
  nextMs: number;
  lastMs: number;
}

const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 3_600_000;
/** What was not reported for so long is told as new when it comes again. */
const FORGOTTEN_AFTER_MS = 600_000;
/** Different troubles at once; of more the oldest counts as new when it comes again. */
const MAX_TROUBLES = 100;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const createTroubleLog = ({ logger, level, elapsedMs = () => performance.now() }: TroubleLogOptions): TroubleLog => {
  const troubles = new Map<string, Trouble>();

  return {
    report(message, error, fields = {}) {
      const key = JSON.stringify([message, textOf(error)]);
      const nowMs = elapsedMs();
      const known = troubles.get(key);
      if (known === undefined || nowMs - known.lastMs > FORGOTTEN_AFTER_MS) {
        const [oldest] = troubles.size >= MAX_TROUBLES ? troubles.keys() : [];
        if (oldest !== undefined) troubles.delete(oldest);
        troubles.set(key, { message, repeated: 0, waitMs: FIRST_WAIT_MS, nextMs: nowMs + FIRST_WAIT_MS, lastMs: nowMs });
        logger[level]({ err: error, ...fields }, message);
        return;
      }
      known.repeated += 1;
      known.lastMs = nowMs;
      if (nowMs < known.nextMs) return;
      known.waitMs = Math.min(2 * known.waitMs, LONGEST_WAIT_MS);
      known.nextMs = nowMs + known.waitMs;
      logger[level]({ reason: textOf(error), repeated: known.repeated }, `still: ${message}`);
    },
    settle(message) {
      for (const [key, trouble] of troubles) {
        if (message !== undefined && trouble.message !== message) continue;
        troubles.delete(key);
        if (trouble.repeated > 0) logger.info({ repeated: trouble.repeated }, `over: ${trouble.message}`);
      }
    },
  };
};
