/** TMDB as a source of a process: its settings checked, its API and what is kept of it over stores that are open. */
import { isSafeAddress, type Registry, type Session, UsageError } from '@rushes/runtime';
import {
  createHttpApi,
  createRequestPace,
  createTmdbMetrics,
  KEY_HINT,
  pollTmdb,
  type RequestPace,
  systemClock,
  type TmdbApi,
} from '@rushes/speed';
import { type LayerState, newProcessId, secretOf, type Stores, tmdbState } from '@rushes/stores';

/** The work that one process of all does. */
const WORK = 'source/tmdb';

const LINE_END = /\s+$/;

/** The key, read anew each time where it lies in a file; `undefined`: none is set. */
const keyOf = async ({ config }: Pick<Session, 'config'>): Promise<string | undefined> => {
  const key = (await secretOf('tmdb.key', config.tmdb.key, config.tmdb.keyFile))?.replace(LINE_END, '');
  return key === '' ? undefined : key;
};

/** TMDB as it is configured. */
export interface TmdbSource {
  readonly api: TmdbApi;
  /** What the process that polls has left of the day's requests; nothing in the others. */
  readonly standing: () => LayerState;
  readonly pace: RequestPace;
  /**
   * Polls until the signal aborts. Never rejects because of TMDB.
   * @param how.backfillUntil nothing but the backfill that was asked for, until this says between two steps that it is done.
   */
  poll(stores: Stores, signal: AbortSignal, how?: { readonly backfillUntil?: () => Promise<boolean> }): Promise<void>;
}

/**
 * What polls TMDB; `undefined` if no key is set.
 * @throws UsageError if the key cannot be read, or would be sent in the open.
 */
const openTmdb = async (session: Session, metrics?: Registry): Promise<TmdbSource | undefined> => {
  const { config, logger } = session;
  const { baseUrl, requestsPerDay: perDay, requestsPerSecond: perSecond, language } = config.tmdb;
  if ((await keyOf(session)) === undefined) return undefined;
  const url = URL.parse(baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);
  if (url === null || !isSafeAddress(url))
    throw new UsageError(`tmdb.baseUrl ${baseUrl} is no address that a key may be sent to`, {
      hint: 'Give one that begins with https://; http is for this machine alone.',
    });
  const measured = metrics && createTmdbMetrics(metrics);
  let standing: LayerState = {};
  const pace = createRequestPace({ perSecond, perDay, clock: systemClock });
  const api = createHttpApi({
    baseUrl: url,
    key: async () => (await keyOf(session)) ?? '',
    pace,
    clock: systemClock,
    random: Math.random,
    onRequest: (outcome) => measured?.request(outcome),
    onRetry: (path, reason, waitMs) => logger.debug({ path, reason, retry_in_ms: Math.round(waitMs) }, 'a request to TMDB is made again'),
  });
  return {
    api,
    pace,
    standing: () => standing,
    poll: ({ log, objects, soleWork }, signal, { backfillUntil } = {}) =>
      pollTmdb({
        log,
        objects,
        sole: soleWork(WORK, newProcessId()),
        api,
        pace,
        clock: systemClock,
        language,
        logger,
        signal,
        ...(measured && {
          metrics: {
            ...measured,
            standing: (isPolling, left, lagMs) => {
              standing = isPolling ? tmdbState(left, perDay) : {};
              measured.standing(isPolling, left, lagMs);
            },
          },
        }),
        ...(backfillUntil && { backfillUntil }),
      }),
  };
};

/** Polls TMDB until the session ends, where a key is set. Returns what it says of itself to whoever looks; `undefined`: no key is set. */
export const startTmdb = async (session: Session, stores: Stores, metrics: Registry): Promise<(() => LayerState) | undefined> => {
  const source = await openTmdb(session, metrics);
  if (source === undefined) return undefined;
  const stopped = new AbortController();
  const polling = source.poll(stores, stopped.signal);
  session.lifecycle.onStop('TMDB', async () => {
    stopped.abort();
    await polling;
  });
  return source.standing;
};

/** @throws UsageError if no key is set. */
export const requireTmdb = async (session: Session, metrics?: Registry): Promise<TmdbSource> => {
  const source = await openTmdb(session, metrics);
  if (source === undefined) throw new UsageError('no key of TMDB is set', { hint: KEY_HINT });
  return source;
};
