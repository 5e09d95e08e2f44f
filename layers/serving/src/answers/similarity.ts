/**
 * How similar one film is to another, from exact integers: what they share of people and genres, how far apart their years are, and how good the other is. Pure;
 * docs/analytics.md has each formula with an example.
 */
import { compareUtf8 } from '@rushes/domain';
import type { PersonInTitle } from '@rushes/views';

import { roundedQuotient } from './quotient.ts';

/** Thousandths of a score, as all weights here. */
const UNIT = 1000;

/** What a person of the part stands for, before it is divided among their films. People who have none of these parts are left out. */
const WEIGHT_OF_PART: Readonly<Record<string, number>> = { director: 2 * UNIT, writer: UNIT, actor: UNIT, actress: UNIT };
const GENRES_WEIGHT = UNIT;
const YEAR_WEIGHT = UNIT;

/** Years apart at which the year weighs half. */
const HALF_YEARS = 5;

/** Votes that every film is taken to have had beside its own, and their points in thousandths: few votes say little. */
const PRIOR_VOTES = 1000;
const PRIOR_POINTS_E3 = 5000;
const MOST_POINTS_E3 = 10_000;

/** A person of the film that is asked about. */
export interface Contributor extends PersonInTitle {
  /** Keys of the films that credit the person. */
  readonly films: ReadonlySet<string>;
  /** What sharing the person adds to a score, in thousandths. */
  readonly weightE3: number;
}

/**
 * What sharing a person adds, in thousandths: the weights of their parts in the film that is asked about, divided by the logarithm of the number of their films (the
 * index of Adamic and Adar, "Friends and neighbors on the Web", 2003, with base 2).
 * @param films how many films credit the person. Who is credited in one alone is shared with none.
 */
export const personWeightE3 = (parts: readonly string[], films: number): number =>
  films < 2 ? 0 : Math.round(parts.reduce((sum, part) => sum + (WEIGHT_OF_PART[part] ?? 0), 0) / Math.log2(films));

/**
 * What a genre says, in thousandths: the rarer, the more. log2(1 + all / (1 + own)), rounded.
 * @param movies how many films have it. @param mentions the sum of that over all genres.
 */
export const genreWeightE3 = (movies: number, mentions: number): number => Math.round(UNIT * Math.log2(1 + mentions / (1 + movies)));

/** What is compared of a film. */
export interface Compared {
  readonly key: string;
  /** Folded. */
  readonly genres: readonly string[];
  readonly year: number | null;
  /** Thousandths of points. */
  readonly ratingE3: number | null;
  readonly votes: number | null;
}

/** The film that is asked about. */
export interface Asked extends Pick<Compared, 'key' | 'genres' | 'year'> {
  readonly people: readonly Contributor[];
  /** `genreWeightE3` of a folded genre. */
  readonly weightOfGenre: (genre: string) => number;
}

/** Thousandths each. Score: (people + genres + year) × rating, rounded half up. */
export interface Similarity {
  readonly film: Compared;
  readonly peopleE3: number;
  readonly genresE3: number;
  readonly yearE3: number;
  readonly ratingE3: number;
  readonly scoreE3: number;
}

/** The weighted Jaccard index: weights of the shared genres by weights of all that one of the two has. */
const sharedGenresE3 = ({ genres, weightOfGenre }: Asked, others: readonly string[]): number => {
  const total = (some: Iterable<string>): number => [...some].reduce((sum, genre) => sum + weightOfGenre(genre), 0);
  const all = total(new Set([...genres, ...others]));
  return all === 0 ? 0 : roundedQuotient(total(genres.filter((genre) => others.includes(genre))), GENRES_WEIGHT, all);
};

const yearsApart = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : Math.abs(a - b));

/** The Bayesian average of the rating, as a share of ten points. */
const goodnessE3 = ({ ratingE3, votes }: Compared): number => {
  const counted = ratingE3 === null ? 0 : (votes ?? 0);
  const points = counted * (ratingE3 ?? 0) + PRIOR_VOTES * PRIOR_POINTS_E3;
  return roundedQuotient(points, UNIT, MOST_POINTS_E3 * (counted + PRIOR_VOTES));
};

export const similarityOf = (asked: Asked, film: Compared): Similarity => {
  const peopleE3 = asked.people.reduce((sum, { films, weightE3 }) => sum + (films.has(film.key) ? weightE3 : 0), 0);
  const genresE3 = sharedGenresE3(asked, film.genres);
  const apart = yearsApart(asked.year, film.year);
  const yearE3 = apart === null ? 0 : roundedQuotient(YEAR_WEIGHT, HALF_YEARS, HALF_YEARS + apart);
  const ratingE3 = goodnessE3(film);
  return { film, peopleE3, genresE3, yearE3, ratingE3, scoreE3: roundedQuotient(peopleE3 + genresE3 + yearE3, ratingE3, UNIT) };
};

/** Those that share a person or a genre, the most similar first; then by votes, descending, then by key. */
export const mostSimilar = (asked: Asked, films: readonly Compared[], limit: number): readonly Similarity[] =>
  films
    .filter(({ key }) => key !== asked.key)
    .map((film) => similarityOf(asked, film))
    .filter(({ peopleE3, genresE3 }) => peopleE3 + genresE3 > 0)
    .toSorted((a, b) => b.scoreE3 - a.scoreE3 || (b.film.votes ?? 0) - (a.film.votes ?? 0) || compareUtf8(a.film.key, b.film.key))
    .slice(0, limit);
