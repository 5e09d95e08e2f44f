/**
 * One run at a time where runs have a lease: a later one waits while the holder renews it. The lease is a hint: where it is out of reach a run goes on without,
 * since what it publishes is guarded elsewhere.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { RunSuperseded } from '@rushes/batch';
import { type RunLease, StoreUnavailable } from '@rushes/ports';
import type { Logger } from '@rushes/runtime';

export interface HoldOptions {
  readonly logger: Logger;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  /** From one look or renewal to the next, in milliseconds: several fit in the lease's duration. */
  readonly everyMs: number;
  /** Told once of each holder that is waited for. */
  readonly onWait?: (holder: string) => void;
}

export interface HeldLease {
  /** Aborted with `RunSuperseded` when another run has taken the lease over. */
  readonly lost: AbortSignal;
  /** Gives it back. Never rejects. */
  readonly release: () => Promise<void>;
}

/** So many tries in a row may fail before a run goes on without. */
const MOST_FAILURES = 3;

/** Takes the lease, waiting for it if need be. @throws the signal's reason if it is ended before. */
export const holdLease = async (lease: RunLease, { logger, signal, everyMs, onWait }: HoldOptions): Promise<HeldLease> => {
  const lost = new AbortController();
  const ended = new AbortController();
  let [isHeld, failures, waitedFor] = [false, 0, undefined as string | undefined];
  while (!isHeld) {
    signal.throwIfAborted();
    try {
      const state = await lease.take();
      failures = 0;
      isHeld = state.held;
      if (!state.held && state.holder !== waitedFor) {
        waitedFor = state.holder;
        logger.info({ holder: state.holder }, `another run is at work: this one waits for ${state.holder} to end`);
        onWait?.(state.holder);
      }
    } catch (err) {
      failures += 1;
      if (!(err instanceof StoreUnavailable) || failures >= MOST_FAILURES) {
        logger.warn({ err }, 'the lease for runs is out of reach: the run goes on without, beside another one if there is one');
        return { lost: lost.signal, release: () => Promise.resolve() };
      }
    }
    if (!isHeld) await sleep(everyMs, undefined, { signal });
  }
  let hasFailed = false;
  const renewing = (async () => {
    while (!ended.signal.aborted && !lost.signal.aborted) {
      await sleep(everyMs, undefined, { signal: ended.signal }).catch(() => undefined);
      if (ended.signal.aborted) return;
      try {
        if (!(await lease.renew())) lost.abort(new RunSuperseded('another run has taken over the lease: this one was taken for dead'));
      } catch (err) {
        if (!hasFailed) logger.warn({ err }, 'the lease for runs could not be renewed; the run goes on');
        hasFailed = true;
      }
    }
  })();
  return {
    lost: lost.signal,
    async release() {
      ended.abort();
      await renewing;
      if (!lost.signal.aborted)
        await lease.release().catch((err: unknown) => logger.debug({ err }, 'the lease for runs runs out by itself'));
    },
  };
};
