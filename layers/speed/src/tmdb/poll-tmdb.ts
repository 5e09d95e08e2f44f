/**
 * Polls TMDB as long as it is told to, while this process is the one that does. A fault is told, rested on and tried again; it ends nothing. Whoever takes over
 * goes on from what is kept.
 */
import type { EventLog, ObjectStore, SoleWork } from '@rushes/ports';
import { createTroubleLog, type Logger } from '@rushes/runtime';

import type { Clock } from '../ingest/pace.ts';
import { BudgetSpentError, type TmdbApi, TmdbKeyError } from './api.ts';
import { NotOwnerError, openPollBatch, type PollBatch } from './poll-batch.ts';
import { createRounds } from './poll-rounds.ts';
import type { RequestPace } from './request-pace.ts';
import type { TmdbMetrics } from './tmdb-metrics.ts';
import { openTmdbState } from './tmdb-state.ts';

export interface TmdbPolling {
  readonly log: EventLog;
  readonly objects: ObjectStore;
  readonly sole: SoleWork;
  readonly api: TmdbApi;
  readonly pace: RequestPace;
  readonly clock: Clock;
  /** What titles are asked for in: `en-US`. */
  readonly language: string;
  readonly logger: Logger;
  readonly metrics?: TmdbMetrics;
  readonly signal: AbortSignal;
  /** Nothing but the backfill is done, until this says between two steps that it is done. Default: all is done until the signal aborts. */
  readonly backfillUntil?: () => Promise<boolean>;
}

const BEAT_MS = 5_000;
const IDLE_MS = 2_000;
const OTHERS_MS = 5_000;
const FAULT_MS = 30_000;
const KEY_MS = 600_000;
const LONGEST_REST_MS = 60_000;
/** Another process may have asked until now: its last second of requests counts too. */
const TAKEN_MS = 1_000;

const TROUBLE = 'TMDB cannot be polled';

export const pollTmdb = async (polling: TmdbPolling): Promise<void> => {
  const { log, objects, sole, api, pace, clock, language, logger, metrics, signal, backfillUntil: isDone } = polling;
  const { nowMs } = clock;
  const troubles = createTroubleLog({ logger, level: 'warn' });
  const ended = new AbortController();
  const stopped = AbortSignal.any([signal, ended.signal]);
  let batch: PollBatch | undefined;
  let isPolling = false;
  let sinceMs = nowMs();

  const told = (): void => {
    metrics?.standing(isPolling, pace.left(), nowMs() - (batch?.cursor.changes?.doneAtMs ?? sinceMs));
  };
  /** In a loop of its own: a slow answer must not look like a process that died. */
  const beating = (async () => {
    while (!stopped.aborted) {
      if (isPolling) await sole.beat().catch(() => undefined); // the next beat comes before it has run out
      told();
      await clock.sleep(BEAT_MS, stopped);
    }
  })();

  /** Polls until another process has the work, or a fault. */
  const owning = async (isFirst: boolean): Promise<void> => {
    const state = openTmdbState(objects);
    batch = await openPollBatch({ log, state, pace, isOwner: () => sole.isMine(), nowMs });
    if (isFirst) logger.info({ location: api.location, requests_left: pace.left() }, 'this process polls TMDB');
    const rounds = createRounds({
      api,
      state,
      batch,
      language,
      nowMs,
      signal: stopped,
      isBackfillAlone: isDone !== undefined,
      onFilm: (fate) => metrics?.film(fate),
      onAppended: (done) => {
        metrics?.appended(done);
        if (done.events + done.rejected > 0) logger.info({ ...done, requests_left: pace.left() }, 'TMDB: what is new is in the log');
      },
    });
    try {
      while (!stopped.aborted) {
        const worked = await rounds.step();
        troubles.settle();
        if ((await isDone?.()) === true) return ended.abort();
        if (worked) continue;
        if (!(await sole.isMine())) throw new NotOwnerError('another process polls TMDB now');
        await clock.sleep(IDLE_MS, stopped);
      }
    } catch (error) {
      // What was asked for already need not be asked for again.
      if (!(error instanceof NotOwnerError)) await rounds.keep().catch(() => undefined); // the first fault is the one to tell
      throw error;
    }
  };
  const restAfter = (error: unknown): number => {
    if (error instanceof NotOwnerError) {
      logger.info('another process polls TMDB now');
      return 0;
    }
    troubles.report(error instanceof BudgetSpentError ? "TMDB's requests of the day are spent" : TROUBLE, error);
    if (error instanceof BudgetSpentError) return Math.min(LONGEST_REST_MS, Math.max(IDLE_MS, error.untilMs - nowMs()));
    return error instanceof TmdbKeyError ? KEY_MS : FAULT_MS;
  };

  try {
    while (!stopped.aborted) {
      try {
        if (await sole.take()) {
          const isFirst = !isPolling;
          if (isFirst) sinceMs = nowMs();
          isPolling = true;
          if (isFirst) pace.rest(TAKEN_MS);
          await owning(isFirst);
        } else {
          isPolling = false;
          if ((await isDone?.()) === true) return;
          await clock.sleep(OTHERS_MS, stopped);
        }
      } catch (error) {
        if (stopped.aborted) break;
        if (error instanceof NotOwnerError) isPolling = false;
        await clock.sleep(restAfter(error), stopped);
      }
    }
  } finally {
    ended.abort();
    await beating;
    isPolling = false;
    told();
    await sole.release().catch(() => undefined); // it runs out by itself
  }
};
