/** A made-up log, and what it comes to: states key by key for the speed store, rows of all views for a version at any cut. Folded plainly, from the start. */
import {
  eventText,
  judgeEvent,
  type MovieEvent,
  offsetAt,
  type OffsetVector,
  type PartitionId,
  partitionOf,
  PARTITIONS,
  topicOf,
  topicOfEvent,
} from '@rushes/domain';
import type { ArtefactRow, SpeedRow } from '@rushes/ports';
import {
  ACTIVITY_WIDTHS,
  bucketKey,
  emptyState,
  encodeState,
  type EventRow,
  foldEvent,
  isFolded,
  keyOf,
  KEYED_VIEWS,
  type KeyedView,
  movieRatings,
  movieRecords,
  movieReviews,
  POPULARITY_WIDTHS,
  popularityByDay,
  popularityByHour,
  ratingsByDay,
  ratingsByFiveMinutes,
  ratingsByHour,
  reviewsByDay,
  reviewsByFiveMinutes,
  reviewsByHour,
  splitKey,
  type TitleDump,
  readShown,
  searchRow,
  titleRow,
  titles,
  tmdbLinkRow,
  type ViewState,
} from '@rushes/views';

import { filmSumsOf, monthsOf } from './film-rows.ts';

export const BEGIN_MS = Date.UTC(2026, 0, 10);

export const movieId = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** The dumps know movies 1 to 3; what others are told of is kept until they are added. */
const DUMPS: Readonly<Record<string, TitleDump>> = Object.fromEntries(
  [1, 2, 3].map((n) => [
    movieId(n),
    {
      tconst: `tt000000${n}`,
      type: n === 3 ? 'tvSeries' : 'movie',
      is_adult: n === 2,
      title: `Title ${n}`,
      original_title: `Title ${n}`,
      year: 1990 + n,
      end_year: null,
      runtime: null,
      rating_tenths: n === 2 ? null : 60 + n,
      votes: n === 2 ? null : 10 * n,
      genres: n === 1 ? 'Drama' : 'Drama\u001fWar',
      directors: n === 1 ? 'Ada Brook\u001fÉlan' : null,
      writers: null,
      director_count: 0,
      writer_count: 0,
    },
  ]),
);

/** Words of names that no event changes, as the dumps have them. */
const OTHER_WORDS: Readonly<Record<string, string>> = { [movieId(1)]: '@der titel>ada brook>elan', [movieId(3)]: '+zebra crossing' };

/** When the dumps' ratings were so. */
const RATINGS_OBSERVED_MS = Date.UTC(2026, 0, 9, 11);

type Item = { readonly offset: number; readonly appendedAtMs: number; readonly epoch: number } & (
  | { readonly kind: 'event'; readonly event: MovieEvent }
  | { readonly kind: 'barrier' }
);

export interface History {
  give(...events: readonly MovieEvent[]): void;
  /** A barrier in every partition, and where it stands: the cut of the version of this number. */
  barrier(number: number): OffsetVector;
  end(): OffsetVector;
  items(partition: PartitionId): readonly Item[];
  /** The states of one epoch's events before an offset. */
  epochRows(partition: PartitionId, epoch: number, before: number): readonly SpeedRow[];
  /** Rows of each view that has any, for a version of this cut. */
  viewRows(cut: OffsetVector): Readonly<Record<string, readonly ArtefactRow[]>>;
}

interface Folded {
  readonly view: KeyedView;
  readonly key: string;
  state: ViewState;
  last: Item;
}

const foldAll = (partition: PartitionId, items: readonly Item[]): readonly Folded[] => {
  const folded = new Map<string, Folded>();
  for (const item of items) {
    if (item.kind === 'barrier') continue;
    const { event, offset, epoch, appendedAtMs } = item;
    const judged = judgeEvent(eventText(event), { topic: topicOf(partition), key: event.payload.movie_id, appendedAtMs });
    if ('fault' in judged) throw new Error(`a made-up event cannot be used: ${judged.fault}`);
    const row = { ...judged.row, offset, epoch } as unknown as EventRow; // as: silver rows hold cells alone
    for (const view of KEYED_VIEWS) {
      if (!isFolded(view, row)) continue;
      const key = keyOf(view, row);
      const name = `${view.storedName} ${key}`;
      const state = foldEvent(view, folded.get(name)?.state ?? emptyState(view), row);
      folded.set(name, { view, key, state, last: item });
    }
  }
  return [...folded.values()];
};

export const makeHistory = (): History => {
  const items = new Map<PartitionId, Item[]>(PARTITIONS.map((partition) => [partition, []]));
  let [epoch, appended] = [1, 0];
  const of = (partition: PartitionId): Item[] => items.get(partition) ?? [];
  const end = (): OffsetVector => Object.fromEntries(PARTITIONS.map((partition) => [partition, of(partition).length]));
  const stamp = (partition: PartitionId) => ({ offset: of(partition).length, appendedAtMs: BEGIN_MS + 1000 * (appended += 1), epoch });
  return {
    give(...events) {
      for (const event of events) {
        const partition = partitionOf(topicOfEvent(event.type), event.payload.movie_id);
        of(partition).push({ kind: 'event', event, ...stamp(partition) });
      }
    },
    barrier(number) {
      const cut = end();
      epoch = number + 1;
      for (const partition of PARTITIONS) of(partition).push({ kind: 'barrier', ...stamp(partition) });
      return cut;
    },
    end,
    items: of,
    epochRows: (partition, wanted, before) =>
      foldAll(
        partition,
        of(partition).filter((item) => item.epoch === wanted && item.offset < before),
      ).map(({ view, key, state, last }) => ({
        view: view.storedName,
        key,
        epoch: wanted,
        partition,
        generation: 0,
        state: encodeState(state),
        lastOffset: last.offset,
        appendedAtMs: last.appendedAtMs,
      })),
    viewRows(cut) {
      const folded = PARTITIONS.flatMap((partition) => foldAll(partition, of(partition).slice(0, offsetAt(cut, partition))));
      const stateOf = <View>(view: View, key: string) => folded.find((one) => Object.is(one.view, view) && one.key === key)?.state as View; // as: see below
      return rowsOf(folded, stateOf);
    },
  };
};

const ACTIVITY = [
  [ratingsByFiveMinutes, reviewsByFiveMinutes],
  [ratingsByHour, reviewsByHour],
  [ratingsByDay, reviewsByDay],
] as const;

/** Each width from the states of its own width, as the batch layer has them. */
const activityOf = (folded: readonly Folded[]): readonly ArtefactRow[] =>
  ACTIVITY_WIDTHS.flatMap((width, at) => {
    const [ratings, reviews] = ACTIVITY[at] ?? [];
    const buckets = new Map<number, Map<string, [string, number, number, number, number]>>();
    for (const { view, key, state } of folded) {
      if (view.storedName !== ratings?.storedName && view.storedName !== reviews?.storedName) continue;
      const { movieId: movie, bucketMs = 0 } = splitKey(key);
      const movies = buckets.get(bucketMs) ?? new Map<string, [string, number, number, number, number]>();
      buckets.set(bucketMs, movies);
      const entry = movies.get(movie) ?? [movie, 0, 0, 0, 0];
      movies.set(movie, entry);
      const { count, sum_tenths, compound_e4 } = state as Readonly<Record<string, number>>; // as: the views' measures
      if (sum_tenths === undefined) entry.splice(3, 2, count ?? 0, compound_e4 ?? 0);
      else entry.splice(1, 2, count ?? 0, sum_tenths);
    }
    return [...buckets].map(([startMs, movies]): ArtefactRow => {
      const entries = [...movies.values()].toSorted(([a], [b]) => (a < b ? -1 : 1));
      return [bucketKey(width, startMs), width, startMs, JSON.stringify(entries)];
    });
  });

/** Of each width from the states of its own width, as the batch layer has them. */
const popularityOf = (folded: readonly Folded[]): readonly ArtefactRow[] =>
  POPULARITY_WIDTHS.flatMap((width, at) => {
    const own = [popularityByHour, popularityByDay][at]?.storedName;
    const inBucket = Map.groupBy(
      folded.filter(({ view }) => view.storedName === own),
      ({ key }) => splitKey(key).bucketMs ?? 0,
    );
    return [...inBucket].map(([startMs, states]): ArtefactRow => {
      const entries = states.map(({ key, state }) => {
        const { latest } = state as { readonly latest: Readonly<Record<string, number>> }; // as: the view's own state
        return [splitKey(key).movieId, latest['popularity_e3'], latest['at_ms'], latest['offset']] as const;
      });
      return [bucketKey(width, startMs), width, startMs, JSON.stringify(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))];
    });
  });

const rowsOf = (
  folded: readonly Folded[],
  stateOf: (view: unknown, key: string) => unknown,
): Readonly<Record<string, readonly ArtefactRow[]>> => {
  const told = new Set(folded.map(({ key }) => splitKey(key).movieId));
  const known: ArtefactRow[] = [];
  const unknown: ArtefactRow[] = [];
  for (const id of [...new Set([...Object.keys(DUMPS), ...told])].toSorted()) {
    const [records, ratings] = [stateOf(movieRecords, id), stateOf(movieRatings, id)];
    const states = {
      dump: DUMPS[id] ?? null,
      records: (records ?? emptyState(movieRecords)) as ReturnType<typeof emptyState<typeof movieRecords>>, // as, and below: the view's own state
      ratings: (ratings ?? emptyState(movieRatings)) as ReturnType<typeof emptyState<typeof movieRatings>>,
    };
    const hasEvents = records !== undefined || ratings !== undefined;
    const row = titleRow(id, { ...states, ratingsObservedMs: RATINGS_OBSERVED_MS });
    if (row !== undefined) known.push(hasEvents ? [...row.slice(0, -1), JSON.stringify(states)] : row);
    else if (hasEvents) unknown.push([id, JSON.stringify(states)]);
  }
  const buckets = (view: KeyedView, id: string): string =>
    JSON.stringify(
      folded
        .filter((one) => one.view.storedName === view.storedName && splitKey(one.key).movieId === id)
        .map(({ key, state }) => [splitKey(key).bucketMs ?? 0, ...Object.values(state)] as readonly number[]) // as: these measures are all integers
        .toSorted(([a = 0], [b = 0]) => a - b),
    );
  const sentiment = folded
    .filter(({ view }) => view.storedName === movieReviews.storedName)
    .map(({ key, state }): ArtefactRow => [
      key,
      Number((state as { readonly count?: unknown }).count), // as: the view's own state
      JSON.stringify(state),
      buckets(reviewsByHour as unknown as KeyedView, key), // as: see `KEYED_VIEWS`
      buckets(reviewsByDay as unknown as KeyedView, key),
    ]);
  const tmdb_links = known.flatMap((row) => [tmdbLinkRow(String(row[0]), String(row[SHOWN]))].filter((link) => link !== undefined));
  const search = known.map((row) => searchRow({ id: String(row[0]), ...readShown(String(row[SHOWN])) }, OTHER_WORDS[String(row[0])] ?? ''));
  const activity = activityOf(folded);
  const views = {
    titles: known,
    unknown_titles: unknown,
    search,
    tmdb_links,
    sentiment,
    activity,
    popularity: popularityOf(folded),
    film_sums: filmSumsOf(known, sentiment),
  };
  return { ...views, ...monthsOf(known, activity), ...figuresOf(known) };
};

const COLUMNS = ['id', ...Object.keys(titles.layout.columns), ...titles.layout.documents];
const [VOTES, SHOWN] = ['votes', 'shown'].map((name) => COLUMNS.indexOf(name)) as [number, number]; // as: as many as there are names

const figuresOf = (rows: readonly ArtefactRow[]): Readonly<Record<string, readonly ArtefactRow[]>> => {
  const genresOf = (row: ArtefactRow): readonly string[] => readShown(String(row[SHOWN])).genres?.split('\u001f') ?? [];
  const rated = rows.filter((row) => Number(row[VOTES]) > 0);
  const figure = (name: string, value: number): ArtefactRow => [name, value, JSON.stringify({ name, value })];
  const genres = [...new Set(rows.flatMap(genresOf))].toSorted().map((genre): ArtefactRow => {
    const [ordinary, adult] = [false, true].map((isAdult) =>
      rows.filter((row) => readShown(String(row[SHOWN])).is_adult === isAdult && genresOf(row).includes(genre)),
    );
    const movies = (all: readonly ArtefactRow[] = []) => all.filter((row) => readShown(String(row[SHOWN])).type === 'movie').length;
    return [genre, movies(ordinary), ordinary?.length ?? 0, movies(adult), adult?.length ?? 0];
  });
  return {
    genres,
    statistics: [
      figure('ratings_observed_ms', RATINGS_OBSERVED_MS),
      figure('rated_titles', rated.length),
      figure(
        'total_votes',
        rated.reduce((sum, row) => sum + Number(row[VOTES]), 0),
      ),
    ],
  };
};
