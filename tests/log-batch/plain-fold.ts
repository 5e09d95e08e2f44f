/**
 * What keyed views have to say, from the log itself and the rules, in the plainest way: everything is looked at, nothing is carried on. Shares no code with
 * what it checks, but for the score of a text.
 */
import { type OffsetVector, offsetAt, PARTITIONS, type PartitionId, scoreSentiment } from '@rushes/domain';
import type { EventLog, LogRecord } from '@rushes/ports';
import { readLog } from '@rushes/ports/contracts/read-log';

const DAY_MS = 24 * 3_600_000;
const WINDOW_MS = 3 * DAY_MS;
export const BUCKETS_MS: Readonly<Record<string, number>> = { '5m': 300_000, hour: 3_600_000, day: 86_400_000 };

type Json = Readonly<Record<string, unknown>>;
type Row = Record<string, unknown>;

/** An event that counts: typed, and no duplicate. */
export interface Counted {
  readonly type: string;
  readonly payload: Json;
  readonly movie: string;
  readonly place: { readonly at_ms: number; readonly epoch: number; readonly offset: number };
  readonly record: { readonly partition: PartitionId; readonly id: string; readonly appendedAtMs: number };
}

export interface PlainFold {
  /** Rows of each keyed view, by the view's name and the row's key. */
  readonly views: Readonly<Record<string, Readonly<Record<string, Row>>>>;
  /** By partition and offset. */
  readonly counted: readonly Counted[];
  readonly archived: number;
  readonly typed: number;
  readonly duplicates: number;
  readonly quarantined: number;
}

const valid = (value: string): { readonly type: string; readonly payload: Json } | undefined => {
  try {
    const event: unknown = JSON.parse(value);
    return typeof event === 'object' && event !== null && 'payload' in event ? (event as { type: string; payload: Json }) : undefined; // as: tests write them
  } catch {
    return undefined;
  }
};

/** The time from one record to another, in which a step counts as a day at most. The log's times do not go down. */
const countedMs = (records: readonly LogRecord[], from: number, to: number): number => {
  let sum = 0;
  for (let at = from + 1; at <= to; at++) sum += Math.min((records[at]?.appendedAtMs ?? 0) - (records[at - 1]?.appendedAtMs ?? 0), DAY_MS);
  return sum;
};

const repeats = (records: readonly LogRecord[], at: number): boolean => {
  const record = records[at];
  if (record?.kind !== 'event') return false;
  const last = records.findLastIndex((earlier, n) => n < at && earlier.kind === 'event' && earlier.id === record.id);
  return last !== -1 && countedMs(records, last, at) <= WINDOW_MS;
};

const epochAt = (records: readonly LogRecord[], at: number): number =>
  1 + Math.max(0, ...records.slice(0, at).map((record) => (record.kind === 'barrier' ? record.number : 0)));

const partitionsOf = async (log: EventLog, cut: OffsetVector): Promise<ReadonlyMap<PartitionId, readonly LogRecord[]>> => {
  const found = new Map<PartitionId, readonly LogRecord[]>();
  for (const partition of PARTITIONS) {
    const records = await readLog(log, partition);
    found.set(
      partition,
      records.filter(({ offset }) => offset < offsetAt(cut, partition)),
    );
  }
  return found;
};

const isOf = (event: Counted, where: Json): boolean =>
  Object.entries(where).every(([name, value]) => (name === 'type' ? event.type : event.payload[name]) === value);

const latest = (events: readonly Counted[], order: 'offset' | 'at', value: (payload: Json) => Json): Json | null => {
  const [last] = events.toSorted((a, b) => (order === 'at' ? b.place.at_ms - a.place.at_ms : 0) || b.place.offset - a.place.offset);
  return last ? { ...value(last.payload), ...last.place } : null;
};

const total = (events: readonly Counted[], value: (payload: Json) => number): number =>
  events.reduce((sum, { payload }) => sum + value(payload), 0);

const tenths = (payload: Json): number => Math.round(Number(payload['score']) * 10);
const compound = (payload: Json): number => scoreSentiment(String(payload['text'])).compoundE4;

const cents = (given: unknown): unknown => (given === null ? null : (given as { readonly cents: number }).cents); // as: an amount

export const movieRecords = (events: readonly Counted[]): Row => {
  const fields: Row = {};
  const said = ({ type, payload }: Counted): Json => (type === 'movie_changed' ? (payload['changes'] as Json) : payload); // as: of this form
  for (const source of ['posted', 'tmdb']) {
    const own = events.filter((event) => isOf(event, { source })).map((event) => ({ ...event, payload: said(event) }));
    const field = (name: string, column: string, value: (given: unknown) => unknown): void => {
      const telling = own.filter((event) => name in event.payload);
      fields[`${source}_${name}`] = latest(telling, 'offset', (payload) => ({ [column]: value(payload[name]) }));
    };
    field('title', 'title', String);
    field('genres', 'genres', (given) => (given as string[]).join('\u001f')); // as: lists of texts
    field('year', 'year', (given) => given);
    field('runtime_minutes', 'runtime_minutes', (given) => given);
    field('rating', 'rating_tenths', (given) => (given === null ? null : Math.round(Number(given) * 10)));
    field('budget', 'budget_cents', cents);
    field('revenue', 'revenue_cents', cents);
    field('keywords', 'keywords', (given) => (given as string[]).join('\u001f')); // as: lists of texts
  }
  const link = latest(
    events.filter((event) => isOf(event, { type: 'movie_linked' })),
    'offset',
    ({ tmdb_id }) => ({ tmdb_id }),
  );
  const additions = events.filter((event) => isOf(event, { type: 'movie_added' }));
  return { additions: additions.length, added: latest(additions, 'offset', ({ tconst }) => ({ tconst })), tmdb_link: link, ...fields };
};

export const movieRatings = (events: readonly Counted[]): Row => {
  const given = events.filter((event) => isOf(event, { type: 'rating_given' }));
  const observation = (source: string): Json | null =>
    latest(
      events.filter((event) => isOf(event, { type: 'rating_observed', source })),
      'at',
      ({ average, votes, popularity }) => ({
        average_e3: Math.round(Number(average) * 1000),
        votes,
        popularity_e3: popularity === null ? null : Math.round(Number(popularity) * 1000),
      }),
    );
  return {
    count: given.length,
    sum_tenths: total(given, tenths),
    histogram: Array.from({ length: 19 }, (_, bin) => given.filter(({ payload }) => tenths(payload) === 10 + 5 * bin).length),
    imdb: observation('imdb'),
    tmdb: observation('tmdb'),
  };
};

export const sentiment = (events: readonly Counted[]): Row => {
  const scores = events.map(({ payload }) => compound(payload));
  return {
    count: events.length,
    compound_e4: scores.reduce((sum, score) => sum + score, 0),
    positive: scores.filter((score) => score >= 500).length,
    neutral: scores.filter((score) => score > -500 && score < 500).length,
    negative: scores.filter((score) => score <= -500).length,
  };
};

export const movieReviews = (events: readonly Counted[]): Row => ({
  ...sentiment(events),
  latest: events
    .toSorted((a, b) => b.place.at_ms - a.place.at_ms || b.place.offset - a.place.offset)
    .slice(0, 5)
    .map(({ payload, place }) => ({
      ...place,
      text: payload['text'],
      author: payload['author'],
      score_tenths: payload['score'] === null ? null : tenths(payload),
      compound_e4: compound(payload),
    })),
});

export const ratingBucket = (events: readonly Counted[]): Row => ({ count: events.length, sum_tenths: total(events, tenths) });

/** Of observations that are in a bucket of popularity. */
export const popularityBucket = (events: readonly Counted[]): Row => ({
  latest: latest(events, 'at', ({ popularity }) => ({ popularity_e3: Math.round(Number(popularity) * 1000) })),
});

export const saysPopularity = (event: Counted): boolean =>
  isOf(event, { type: 'rating_observed', source: 'tmdb' }) && typeof event.payload['popularity'] === 'number';

const byKey = (events: readonly Counted[], keyOf: (event: Counted) => string, fold: (events: readonly Counted[]) => Row) =>
  Object.fromEntries([...Map.groupBy(events, keyOf)].map(([key, own]) => [key, fold(own)]));

/** Everything in the log before the cut. */
export const plainFold = async (log: EventLog, cut: OffsetVector): Promise<PlainFold> => {
  const counted: Counted[] = [];
  const counts = { archived: 0, typed: 0, duplicates: 0, quarantined: 0 };
  for (const [partition, records] of await partitionsOf(log, cut)) {
    for (const [at, record] of records.entries()) {
      if (record.kind === 'barrier') continue;
      counts.archived += 1;
      const event = valid(record.value);
      if (repeats(records, at)) counts.duplicates += 1;
      else if (!event) counts.quarantined += 1;
      else {
        counts.typed += 1;
        const place = { at_ms: Date.parse(String(event.payload['at'])), epoch: epochAt(records, at), offset: record.offset };
        counted.push({ ...event, movie: record.key, place, record: { partition, id: record.id, appendedAtMs: record.appendedAtMs } });
      }
    }
  }
  const of = (...types: readonly string[]): readonly Counted[] => counted.filter(({ type }) => types.includes(type));
  const byMovie = (event: Counted): string => event.movie;
  const views: Record<string, Readonly<Record<string, Row>>> = {
    movie_records: byKey(of('movie_added', 'movie_changed', 'movie_linked'), byMovie, movieRecords),
    movie_ratings: byKey(of('rating_given', 'rating_observed'), byMovie, movieRatings),
    movie_reviews: byKey(of('review_written'), byMovie, movieReviews),
  };
  for (const [name, widthMs] of Object.entries(BUCKETS_MS)) {
    const bucket = ({ movie, place }: Counted): string => `${movie}|${Math.floor(place.at_ms / widthMs) * widthMs}`;
    views[`ratings_by_${name}`] = byKey(of('rating_given'), bucket, ratingBucket);
    if (name !== '5m') views[`popularity_by_${name}`] = byKey(counted.filter(saysPopularity), bucket, popularityBucket);
    views[`reviews_by_${name}`] = byKey(of('review_written'), bucket, sentiment);
  }
  return { views, counted, ...counts };
};
