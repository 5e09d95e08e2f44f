/** What replicas answer from, read as a whole: all rows of all merged views, what is found by words, what happened within windows. */
import { SCORE } from '@rushes/ports';
import { POPULARITY_WIDTHS, SERVED_VIEWS, VIEWS } from '@rushes/views';

import { filmMonths } from '../src/answers/film-months.ts';
import { filmSumsByYear } from '../src/answers/film-sums-by-year.ts';
import { dailyActivity } from '../src/answers/daily-activity.ts';
import { popularityBuckets } from '../src/answers/popularity-buckets.ts';
import { titleKeyOf } from '../src/answers/title-id.ts';
import { TREND_WINDOWS, trendSpan, type TrendWindow } from '../src/answers/trend-windows.ts';
import { windowActivity } from '../src/answers/window-activity.ts';
import type { TitleSearch } from '../src/merge/overlay/merged-search.ts';
import type { OverlayState } from '../src/merge/overlay/overlay.ts';
import type { Snapshot } from '../src/merge/snapshot.ts';

/** When events of histories happen, if they do not say so themselves. */
export const HAPPENED_AT = '2026-01-09T12:00:00.000Z';

/** The views that are merged, as readers call them. */
export const READ = [
  'titles',
  'genres',
  'statistics',
  'sentiment',
  'tmdbLinks',
  'activity',
  'filmSums',
  'filmMonths',
  'movieMonths',
  'popularity',
] as const;
/** What the views are called in publications. */
export const nameIn = (name: (typeof READ)[number]): string => SERVED_VIEWS[name].name;

/** Genres that histories tell of, folded. */
const GENRE_KEYS = ['drama', 'odd', 'war'];

const HALF_AN_HOUR_MS = 1_800_000;

/** What no answer is made from: what a row was made from is asked of the batch layer alone, and changed rows do not have it. */
const UNREAD = 'live';

/** The sums of all movies that anything happened to. */
const activityIn = async (parts: Parameters<typeof windowActivity>[0], window: TrendWindow) => {
  const sums = await windowActivity(parts, trendSpan(window, Date.parse(HAPPENED_AT) + HALF_AN_HOUR_MS));
  return [window, [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1))];
};

/** The sums over films of each genre, and over all, by year: without years that have no films any more. */
const filmsIn = async (parts: Parameters<typeof filmSumsByYear>[0], genreKey: string) => {
  const { merged } = await filmSumsByYear(parts, genreKey);
  const shown = [...merged].map(([year, sums]) => [String(year), sums.join(' ')] as const).filter(([, sums]) => !/^[0 ]+$/.test(sums));
  return [genreKey, shown.toSorted(([a], [b]) => (a < b ? -1 : 1))];
};

/** What happened to the films of each genre, and to all, by month. */
const monthsIn = async (parts: Parameters<typeof filmMonths>[0], genreKey: string) => {
  const shown = [...(await filmMonths(parts, genreKey))].map(([month, activity]) => [month, Object.values(activity).join(' ')] as const);
  return [genreKey, shown.filter(([, activity]) => activity !== '0 0 0 0').toSorted(([a], [b]) => (a < b ? -1 : 1))];
};

const DAY_MS = 86_400_000;

/** Each day from two weeks before to the day after: all movies together, and each by itself. */
const daysIn = async (parts: Parameters<typeof dailyActivity>[0]) => {
  const today = Math.floor(Date.parse(HAPPENED_AT) / DAY_MS) * DAY_MS;
  const days: unknown[] = [];
  for await (const day of dailyActivity(parts, today - 14 * DAY_MS, today + 2 * DAY_MS)) {
    const movies = [...day.movies()].toSorted(([a], [b]) => (a < b ? -1 : 1));
    days.push([day.startMs, movies, movies.map(([id]) => day.of(id))]);
  }
  return days;
};

/** The same of TMDB's popularity, in hours and in days. */
const popularitiesIn = async (parts: Parameters<typeof popularityBuckets>[0]) => {
  const today = Math.floor(Date.parse(HAPPENED_AT) / DAY_MS) * DAY_MS;
  const buckets: unknown[] = [];
  for (const width of POPULARITY_WIDTHS)
    for await (const bucket of popularityBuckets(parts, { width, fromMs: today - 2 * DAY_MS, toMs: today + 2 * DAY_MS })) {
      const movies = [...bucket.movies()].toSorted(([a], [b]) => (a < b ? -1 : 1));
      buckets.push([width, bucket.startMs, movies, movies.map(([id]) => bucket.of(id))]);
    }
  return buckets;
};

interface MergedParts extends Pick<Snapshot, 'views' | 'search'> {
  readonly overlay: Pick<OverlayState, 'activity' | 'filmSums' | 'popularity' | 'titles'> | undefined;
}

/** Words of titles and people that histories tell of, beginnings and slips of them. */
const QUESTIONS = ['titel', 'tite', 'zebra', 'zebar', 'the tal', 'ada zebra', 'brook title', 'b', '1'].map((text) => text.split(' '));

/** What is found by words, page by page, in several orders, and the counts. */
const findAll = async (search: TitleSearch): Promise<unknown> => {
  const found: unknown[] = [];
  for (const words of QUESTIONS)
    for (const column of [SCORE, 'votes']) {
      const query = { words, typos: true, where: [], sort: [{ column, desc: true }], limit: 2, tally: ['genre_keys', 'year', 'type'] };
      const first = await search(query);
      const last = first.rows.at(-1);
      const second = last && (await search({ ...query, after: { values: last.sortValues, key: last.key } }));
      found.push(first, second, await search({ ...query, where: [{ column: 'rating', op: 'gte', value: 6_100 }], limit: 10 }));
    }
  return found;
};

/** All rows of all merged views, in several orders, and their number, and what is found by words. */
export const readAll = async ({ views: readers, search, overlay }: MergedParts): Promise<unknown> => {
  const select = (name: (typeof READ)[number]) => {
    const layout = VIEWS.find((view) => view.name === nameIn(name))?.layout;
    return { columns: Object.keys(layout?.columns ?? {}), documents: layout?.documents.filter((document) => document !== UNREAD) ?? [] };
  };
  const list = (name: (typeof READ)[number], sort: readonly string[] = []) =>
    readers[name].list({ where: [], limit: 100, sort: sort.map((column) => ({ column, desc: true })), ...select(name) });
  return {
    titles: await list('titles'),
    byVotes: await list('titles', ['votes']),
    movies: await readers.titles.count([{ column: 'kind', op: 'eq', value: 'movie' }]),
    genres: await list('genres'),
    statistics: await readers.statistics.getMany(['rated_titles', 'total_votes'], select('statistics')),
    sentiment: await list('sentiment'),
    links: await list('tmdbLinks'),
    // What `tmdb:…` finds.
    linked: await Promise.all([278, 279].map((id) => titleKeyOf(readers, `tmdb:${id}`))),
    found: await findAll(search),
    films: await Promise.all(['', ...GENRE_KEYS].map((key) => filmsIn({ batch: readers, overlay }, key))),
    months: await Promise.all(['', ...GENRE_KEYS].map((key) => monthsIn({ batch: readers, overlay }, key))),
    days: await daysIn({ batch: readers, overlay }),
    popularities: await popularitiesIn({ batch: readers, overlay }),
    activity: await Promise.all(TREND_WINDOWS.map((window) => activityIn({ batch: readers, overlay }, window))),
  };
};
