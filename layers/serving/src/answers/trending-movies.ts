/**
 * Which films trend: the order of a window, of those that a condition on their titles lets through, and where each stood in the window before. Titles are read
 * in the order of their scores, so of many only as many as it takes.
 */
import { foldText } from '@rushes/domain';
import { type ArtefactReader, SET_SEPARATOR } from '@rushes/ports';
import { movieDocument } from '@rushes/views';

import { type Adult, kindsOf } from './adult.ts';
import { extendObject, selectFields, shownOf } from './documents.ts';
import { roundedQuotient } from './quotient.ts';
import { inOrder, type Trending, type TrendSums, velocities } from './trend-score.ts';
import type { TrendSpan } from './trend-windows.ts';

const FIRST_READ = 200;
const LARGEST_READ = 2000;

/** Which titles are ranked. */
export interface TrendFilter {
  readonly adult: Adult;
  readonly genre: string | undefined;
}

/** Those of the titles that are films of the filter; a title that nobody knows yet is none. */
const filterOf = (titles: ArtefactReader, { adult, genre }: TrendFilter) => {
  const kinds = new Set(kindsOf(['movie'], adult));
  const wanted = genre === undefined ? undefined : foldText(genre);
  const known = new Map<string, boolean>();
  return async (ids: readonly string[]): Promise<(id: string) => boolean> => {
    const unknown = ids.filter((id) => !known.has(id));
    for (const id of unknown) known.set(id, false);
    for (const { key, columns } of await titles.getMany(unknown, { columns: ['kind', 'genre_keys'] })) {
      const [kind, genres] = columns;
      const hasGenre = wanted === undefined || (typeof genres === 'string' && genres.split(SET_SEPARATOR).includes(wanted));
      known.set(key, kinds.has(String(kind)) && hasGenre);
    }
    return (id) => known.get(id) === true;
  };
};

type Filter = ReturnType<typeof filterOf>;

/** Those that the filter lets through, in order. */
const passing = async function* (order: readonly Trending[], filter: Filter): AsyncGenerator<Trending> {
  let size = FIRST_READ;
  for (let from = 0; from < order.length; from += size, size = Math.min(2 * size, LARGEST_READ)) {
    const part = order.slice(from, from + size);
    const passes = await filter(part.map(({ id }) => id));
    yield* part.filter(({ id }) => passes(id));
  }
};

const THOUSANDTHS = 1000;
const TEN_THOUSANDTHS = 10_000;
const THOUSANDTHS_OF_TENTH = 100;

const averageRating = ({ sumTenths, ratings }: TrendSums): number | null =>
  ratings === 0 ? null : roundedQuotient(sumTenths, THOUSANDTHS_OF_TENTH, ratings) / THOUSANDTHS;
const averageSentiment = ({ compoundE4, reviews }: TrendSums): number | null =>
  reviews === 0 ? null : roundedQuotient(compoundE4, 1, reviews) / TEN_THOUSANDTHS;

interface Ranked extends Trending {
  readonly rank: number;
}

const members = ({ sums, scoreE3, rank }: Ranked, previousRank: number | undefined, hours: number): string =>
  JSON.stringify({
    rank,
    previous_rank: previousRank ?? null,
    score: scoreE3 / THOUSANDTHS,
    ...velocities(sums, hours),
    activity: {
      ratings: sums.ratings,
      average_rating: averageRating(sums),
      reviews: sums.reviews,
      average_sentiment: averageSentiment(sums),
    },
  }).slice(1, -1);

const HOUR_MS = 3_600_000;

/** JSON objects of the first films, best first. */
export const trendingMovies = async (
  titles: ArtefactReader,
  movies: ReadonlyMap<string, TrendSums>,
  span: TrendSpan,
  asked: TrendFilter & { readonly limit: number; readonly fields: readonly string[] | undefined },
): Promise<readonly string[]> => {
  const filter = filterOf(titles, asked);
  const shown: Ranked[] = [];
  for await (const one of passing(inOrder(movies, 0), filter)) {
    shown.push({ ...one, rank: shown.length + 1 });
    if (shown.length === asked.limit) break;
  }
  const previous = new Map<string, number>();
  const sought = new Set(shown.filter(({ sums }) => (sums.points[1] ?? 0) > 0).map(({ id }) => id));
  let rank = 0;
  if (sought.size > 0)
    for await (const { id } of passing(inOrder(movies, 1), filter)) {
      rank += 1;
      if (!sought.delete(id)) continue;
      previous.set(id, rank);
      if (sought.size === 0) break;
    }
  const rows = await titles.getMany(
    shown.map(({ id }) => id),
    { documents: ['shown'] },
  );
  const documents = new Map(rows.map((row) => [row.key, shownOf(row)]));
  return shown.flatMap((one) => {
    const document = documents.get(one.id);
    if (document === undefined) return [];
    const text = extendObject(movieDocument(one.id, document), members(one, previous.get(one.id), span.lengthMs / HOUR_MS));
    return [selectFields(text, asked.fields)];
  });
};
