/**
 * A title's rating and votes, from all that is known of it. The base is IMDb's (the dump's, or what an event observed later than the dump) or else TMDB's;
 * every given rating counts once beside it. `sql/views/titles.sql` says the same of all titles at once. Pure.
 */
import type { Observed } from './measures/index.ts';
import { pointsText } from './points.ts';
import type { TitleInputs } from './title-inputs.ts';

/** What a source says of a title: its average in thousandths of points, and votes. */
export interface RatingBase {
  readonly source: 'imdb dump' | 'imdb observation' | 'tmdb observation';
  readonly averageE3: number;
  readonly votes: number;
  /** When it was so, in milliseconds since 1970. */
  readonly observedMs: number | null;
}

type Observation = Observed<'average_e3' | 'votes'> | null;

const observedBase = (source: RatingBase['source'], observed: Observation): RatingBase | undefined =>
  observed !== null && Number(observed.votes) > 0
    ? { source, averageE3: Number(observed.average_e3), votes: Number(observed.votes), observedMs: observed.at_ms }
    : undefined;

const dumpedBase = ({ dump, ratingsObservedMs }: TitleInputs): RatingBase | undefined =>
  dump !== null && dump.rating_tenths !== null && dump.votes !== null && dump.votes > 0
    ? { source: 'imdb dump', averageE3: dump.rating_tenths * 100, votes: dump.votes, observedMs: ratingsObservedMs }
    : undefined;

/** IMDb's, as it was observed last. At the same time, the dump's. */
const imdbBase = (inputs: TitleInputs): RatingBase | undefined => {
  const [dumped, observed] = [dumpedBase(inputs), observedBase('imdb observation', inputs.ratings.imdb)];
  if (dumped === undefined || observed === undefined) return dumped ?? observed;
  const { ratingsObservedMs } = inputs;
  return ratingsObservedMs === null || (observed.observedMs ?? 0) > ratingsObservedMs ? observed : dumped;
};

/** What given ratings count beside; `undefined` where no source has votes. */
export const ratingBase = (inputs: TitleInputs): RatingBase | undefined =>
  imdbBase(inputs) ?? observedBase('tmdb observation', inputs.ratings.tmdb);

export interface MergedRating {
  /** Thousandths of points, rounded half up. */
  readonly ratingE3: number | null;
  readonly votes: number | null;
}

/** What is shown, with no votes, where nobody voted. */
const unweighed = ({ dump, records }: TitleInputs): number | null => {
  const posted = records.posted_rating?.['rating_tenths'] ?? records.tmdb_rating?.['rating_tenths'] ?? null;
  const tenths = dump?.rating_tenths ?? posted;
  return tenths === null ? null : Number(tenths) * 100;
};

/** The title's rating and votes, all sources together. */
export const mergedRating = (inputs: TitleInputs): MergedRating => {
  const { ratings } = inputs;
  const base = ratingBase(inputs);
  const votes = (base?.votes ?? 0) + ratings.count;
  if (votes > 0) {
    const points = BigInt(base?.averageE3 ?? 0) * BigInt(base?.votes ?? 0) + 100n * BigInt(ratings.sum_tenths);
    return { ratingE3: Number((2n * points + BigInt(votes)) / (2n * BigInt(votes))), votes };
  }
  const ratingE3 = unweighed(inputs);
  return { ratingE3, votes: ratingE3 === null ? null : 0 };
};

/** What IMDb says, with votes or without. */
export const imdbRating = (inputs: TitleInputs): MergedRating => {
  const base = imdbBase(inputs);
  if (base !== undefined) return { ratingE3: base.averageE3, votes: base.votes };
  const tenths = inputs.dump?.rating_tenths ?? null;
  return { ratingE3: tenths === null ? null : tenths * 100, votes: inputs.dump?.votes ?? null };
};

/** How `mergedRating` comes to its numbers, for people: `(7.0 × 10 + 9.5) / (10 + 1) = 7.227`. */
export const ratingArithmetic = (inputs: TitleInputs): string => {
  const { count, sum_tenths } = inputs.ratings;
  const base = ratingBase(inputs);
  const { ratingE3, votes } = mergedRating(inputs);
  if (ratingE3 === null) return 'no source says anything of it';
  if (votes === 0) return `${pointsText(ratingE3)}, with no votes: nobody voted, and this is what is said of it`;
  const shown = pointsText(ratingE3);
  const given = pointsText(sum_tenths * 100);
  if (base === undefined) return `${given} / ${count} = ${shown}`;
  if (count === 0) return `${pointsText(base.averageE3)} of ${base.votes} votes, as the base says`;
  return `(${pointsText(base.averageE3)} × ${base.votes} + ${given}) / (${base.votes} + ${count}) = ${shown}`;
};
