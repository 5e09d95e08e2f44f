/**
 * What the view `titles` says of one title, from what the dumps say of it and from the states of its events. The batch layer's model
 * `sql/views/titles.sql` says the same of all titles at once; tests hold the two equal.
 *
 * Precedence of a field: posted, then TMDB, then IMDb; a source that says nothing of it is passed over. What IMDb has no column for is in `told-fields.ts`.
 * `title-rating.ts` says how a rating comes about. A posted rating weighs nothing: it is shown, with no votes, where nothing else is known.
 */
import type { ArtefactRow } from '@rushes/ports';

import { rowOfTitle } from './merged-title.ts';
import { pointsText } from './points.ts';
import type { RatingState, RecordState, TitleInputs, TitleStates } from './title-inputs.ts';
import { imdbRating, type MergedRating, mergedRating } from './title-rating.ts';
import { integerOf, saidOf, textOf, toldOf } from './told-fields.ts';

/** JSON object of one source's thousandths of points, and its votes. */
const sourceText = (ratingE3: number | null, votes: number | null): string =>
  `{"rating":${ratingE3 === null ? 'null' : pointsText(ratingE3)},"votes":${votes}}`;

/** JSON object of IMDb's rating and of what was given beside it. */
export const ratingSources = (imdb: MergedRating, given: Pick<RatingState, 'count' | 'sum_tenths'>): string => {
  const count = BigInt(given.count);
  const averageE3 = count === 0n ? null : Number((2n * 100n * BigInt(given.sum_tenths) + count) / (2n * count));
  return `{"imdb":${sourceText(imdb.ratingE3, imdb.votes)},"live":${sourceText(averageE3, given.count)}}`;
};

/** TMDB's id of the title, as the last event about it says. */
const tmdbIdOf = (records: RecordState): number | null => integerOf(records.tmdb_link?.tmdb_id ?? null);

/** Whether anything knows the title: events of a title that nobody knows yet are kept, and count once it is known. */
const isKnown = ({ dump, records }: TitleStates): boolean => dump !== null || records.additions > 0;

/**
 * The title's row in the view's layout; `undefined` while nobody knows the title. Without the document `live`, which is half of a row: what a row was made
 * from is asked of the batch layer's rows alone.
 */
export const titleRow = (id: string, inputs: TitleInputs): ArtefactRow | undefined => {
  if (!isKnown(inputs)) return undefined;
  const { dump, records, ratings } = inputs;
  const { ratingE3, votes } = mergedRating(inputs);
  const title = textOf(saidOf(records, 'title', 'title')) ?? dump?.title ?? null;
  return rowOfTitle({
    id,
    tconst: dump?.tconst ?? textOf(records.added?.tconst ?? null),
    type: dump?.type ?? 'movie',
    is_adult: dump?.is_adult ?? false,
    title,
    original_title: dump === null ? title : dump.original_title,
    year: integerOf(saidOf(records, 'year', 'year')) ?? dump?.year ?? null,
    end_year: dump?.end_year ?? null,
    runtime: integerOf(saidOf(records, 'runtime_minutes', 'runtime_minutes')) ?? dump?.runtime ?? null,
    rating: ratingE3,
    votes,
    genres: textOf(saidOf(records, 'genres', 'genres')) ?? dump?.genres ?? null,
    directors: dump?.directors ?? null,
    writers: dump?.writers ?? null,
    director_count: dump?.director_count ?? 0,
    writer_count: dump?.writer_count ?? 0,
    tmdb_id: tmdbIdOf(records),
    told: toldOf(inputs),
    rating_sources: ratingSources(imdbRating(inputs), ratings),
    live: null,
  });
};
