/**
 * Which films trend: the order of a window, of those that a condition on their titles lets through, and where each stood in the window before. Titles are read
 * in the order of their scores, so of many only as many as it takes.
 */
import type { ArtefactReader } from '@rushes/ports';
import { movieDocument } from '@rushes/views';

import { extendObject, selectFields, shownOf } from './documents.ts';
import { type FilmCondition, filmFilter, passing } from './film-filter.ts';
import { roundedQuotient } from './quotient.ts';
import { inOrder, type Trending, type TrendSums, velocities } from './trend-score.ts';
import type { TrendSpan } from './trend-windows.ts';

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
  asked: FilmCondition & { readonly limit: number; readonly fields: readonly string[] | undefined },
): Promise<readonly string[]> => {
  const filter = filmFilter(titles, asked);
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
