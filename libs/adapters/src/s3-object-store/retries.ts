/**
 * One request with its retries. Invariant: it ends within its deadline, with the signal's reason if the caller ended it; what may pass is tried again until
 * then, what needs somebody is not.
 */
import { StoreFault, StoreUnavailable } from '@rushes/ports';

import { asStoreError, type Trouble, troubleOf } from './failures.ts';
import type { S3Clock, S3Limits } from './limits.ts';

export interface Retries {
  readonly location: string;
  readonly limits: S3Limits;
  readonly clock: S3Clock;
}

export interface AttemptOptions {
  readonly signal?: AbortSignal | undefined;
  /** Instead of the limits' own. */
  readonly deadlineMs?: number | undefined;
}

/** Of the `n`th retry, from 1 on: drawn between half and all of what doubles each time, so that clients who failed together do not come back together. */
export const pauseMs = (n: number, { firstPauseMs, longestPauseMs }: S3Limits, random: number): number =>
  Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(n - 1, 30)) * (0.5 + random / 2);

const inSeconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/** Gives `work` a signal that ends at the deadline or with the caller's; rejects then even where `work` does not heed it. */
export const withDeadline = async <Result>(
  { location, limits }: Retries,
  { signal, deadlineMs = limits.deadlineMs }: AttemptOptions,
  work: (signal: AbortSignal) => Promise<Result>,
  lastTrouble: () => { readonly trouble: Trouble; readonly cause: unknown } | undefined = () => undefined,
): Promise<Result> => {
  signal?.throwIfAborted();
  const ending = new AbortController();
  let end: (reason: unknown) => void = () => {};
  const ended = new Promise<never>((_, reject) => {
    end = reject;
  });
  ended.catch(() => undefined);
  const atDeadline = (): void => {
    const last = lastTrouble();
    const note = `; tried for ${inSeconds(deadlineMs)}`;
    const trouble = last?.trouble ?? { kind: 'retry', reason: 'does not answer', hint: 'See whether it runs and the network leads to it.' };
    end(asStoreError(trouble, location, last?.cause, note));
    ending.abort();
  };
  const atSignal = (): void => {
    end(signal?.reason);
    ending.abort();
  };
  const timer = setTimeout(atDeadline, deadlineMs);
  signal?.addEventListener('abort', atSignal, { once: true });
  try {
    return await Promise.race([work(ending.signal), ended]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', atSignal);
  }
};

const isPortError = (error: unknown): boolean => error instanceof StoreUnavailable || error instanceof StoreFault;

/** @throws StoreUnavailable, StoreFault, the signal's reason; and as it is what `troubleOf` does not know, which the caller has to. */
export const withRetries = async <Result>(
  retries: Retries,
  options: AttemptOptions,
  attempt: (signal: AbortSignal, tried: number) => Promise<Result>,
): Promise<Result> => {
  const { location, limits, clock } = retries;
  let last: { readonly trouble: Trouble; readonly cause: unknown } | undefined;
  const work = async (signal: AbortSignal): Promise<Result> => {
    for (let tried = 1; ; tried++) {
      try {
        return await attempt(signal, tried);
      } catch (error) {
        signal.throwIfAborted();
        const trouble = isPortError(error) ? undefined : troubleOf(error);
        if (trouble === undefined) throw error;
        if (trouble.kind === 'fault' || tried === trouble.mostTries) throw asStoreError({ ...trouble, kind: 'fault' }, location, error);
        last = { trouble, cause: error };
        await clock.pause(pauseMs(tried, limits, clock.random()), signal);
      }
    }
  };
  return withDeadline(retries, options, work, () => last);
};
