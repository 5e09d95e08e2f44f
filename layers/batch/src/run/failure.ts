/** What a run that failed says: whether trying again helps, and what stands behind an error that only says how it showed. */
import type { Lake } from '@rushes/lake';
import { StoreFault, StoreUnavailable } from '@rushes/ports';
import { TerminalError, TransientError } from '@rushes/runtime';

/** A signal's reason: another run took this one's place, so that this one ends as superseded and not as interrupted. */
export class RunSuperseded extends Error {
  override readonly name = 'RunSuperseded';
}

/** The system's, the SQL engine's and SQLite's word for it. */
export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) ||
    /no space left|disk is full|disk quota exceeded/i.test(error.message) ||
    isDiskFull(error.cause));

export const diskFull = (cause: unknown): TransientError =>
  new TransientError('the disk is full', { hint: 'free some space and run again: it goes on from what is stored', cause });

const unavailableIn = (error: unknown): StoreUnavailable | undefined => {
  if (error instanceof StoreUnavailable) return error;
  return error instanceof Error ? unavailableIn(error.cause) : undefined;
};

/** What stands behind an error that only says how it showed. */
export const failureOf = async (cause: unknown, lake: Lake): Promise<unknown> => {
  if (isDiskFull(cause)) return diskFull(cause);
  // What was found out here says itself what is wrong; what the engine says may come of a file that changed under it.
  if ((cause instanceof TerminalError || cause instanceof TransientError) && cause.cause === undefined) return cause;
  const store = unavailableIn(cause);
  if (store !== undefined)
    return new TransientError('a store is not available', { hint: store.hint ?? 'run again later: it goes on from what is stored', cause });
  if (cause instanceof StoreFault) return cause;
  const damaged = await lake.damagedMeanwhile().catch(() => undefined);
  if (damaged) return new TransientError(damaged.message, { hint: 'run again: what can be made anew is made anew', cause });
  return cause;
};
