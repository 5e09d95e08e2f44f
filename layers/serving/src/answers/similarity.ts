/**
 * How similar one film is to another, from exact integers: what they share of people, genres and keywords, how far apart their years are, how good the other one
 * is, and whether it trends. Pure; docs/analytics.md has each formula with an example.
 */
import { compareUtf8 } from '@rushes/domain';
import type { PersonInTitle } from '@rushes/views';

import { roundedQuotient } from './quotient.ts';

/** All weights and parts of scores are in thousandths. */
const UNIT = 1000;

/** What a person's part counts, before it is divided among their films. People who have none of these parts are left out. */
const WEIGHT_OF_PART: Readonly<Record<string, number>> = { director: 2 * UNIT, writer: UNIT, actor: UNIT, actress: UNIT };
const GENRES_WEIGHT = UNIT;
const KEYWORDS_WEIGHT = UNIT;
const YEAR_WEIGHT = UNIT;
/** What the highest trend adds to a score, as a share of it. */
const TREND_WEIGHT = UNIT / 5;

/** Shared keywords that count half of what ever so many do. */
const HALF_KEYWORDS = 3;
/** Years apart at which the year counts half. */
const HALF_YEARS = 5;
/** The score of `/trending/movies` that counts half of what ever so high a one does, in thousandths. */
const HALF_TREND_E3 = 10_000;

/** Votes that every film is taken to have beside its own, and their points in thousandths: a few votes do not recommend it. */
const PRIOR_VOTES = 25_000;
const PRIOR_POINTS_E3 = 4000;
const MOST_POINTS_E3 = 10_000;

/** A person of the title that is asked about. */
export interface Contributor extends PersonInTitle {
  /** Keys of the films that credit the person. */
  readonly films: ReadonlySet<string>;
  readonly weightE3: number;
}

/**
 * What sharing a person counts, in thousandths: the weights of their parts in the title that is asked about, divided by the logarithm of the number of their titles
 * (the index of Adamic and Adar, "Friends and neighbors on the Web", 2003, to base 2).
 * @param titles their films, and the title that is asked about where it is none: 2 or more where anything can be shared.
 */
export const personWeightE3 = (parts: readonly string[], titles: number): number =>
  titles < 2 ? 0 : Math.round(parts.reduce((sum, part) => sum + (WEIGHT_OF_PART[part] ?? 0), 0) / Math.log2(titles));

/**
 * What a genre counts, in thousandths, the rarer the more: log2(1 + mentions / (1 + films)).
 * @param films how many films have it. @param mentions the same of all genres added up.
 */
export const genreWeightE3 = (films: number, mentions: number): number => Math.round(UNIT * Math.log2(1 + mentions / (1 + films)));

/** What is compared of a film. Genres and keywords are folded. */
export interface Compared {
  readonly key: string;
  readonly genres: readonly string[];
  readonly keywords: readonly string[];
  readonly year: number | null;
  /** Thousandths of points. */
  readonly ratingE3: number | null;
  readonly votes: number | null;
}

/** The title that is asked about, and what is known around it. */
export interface Asked extends Pick<Compared, 'key' | 'genres' | 'keywords' | 'year'> {
  readonly people: readonly Contributor[];
  /** `genreWeightE3` of a genre. */
  readonly weightOfGenre: (genre: string) => number;
  /** Score of a film in `/trending/movies`, in thousandths; 0 where it is not in it. */
  readonly trendE3: (key: string) => number;
}

/** In thousandths each; the score is (people + genres + keywords + year) × rating × trend, rounded once. */
export interface Similarity {
  readonly film: Compared;
  readonly peopleE3: number;
  readonly genresE3: number;
  readonly keywordsE3: number;
  readonly yearE3: number;
  readonly ratingE3: number;
  readonly trendE3: number;
  readonly scoreE3: number;
}

const shared = (some: readonly string[], others: readonly string[]): readonly string[] => some.filter((one) => others.includes(one));

/** What both have, and how many years lie between them. */
export const sharedOf = (asked: Asked, film: Compared) => ({
  people: asked.people.filter(({ films }) => films.has(film.key)),
  genres: shared(asked.genres, film.genres),
  keywords: shared(asked.keywords, film.keywords),
  yearsApart: asked.year === null || film.year === null ? null : Math.abs(asked.year - film.year),
});

/** The weighted Jaccard index: what the shared genres weigh, of what all weigh that either has. */
const genresPart = ({ genres, weightOfGenre }: Asked, both: readonly string[], others: readonly string[]): number => {
  const weightOf = (some: Iterable<string>): number => [...some].reduce((sum, genre) => sum + weightOfGenre(genre), 0);
  const all = weightOf(new Set([...genres, ...others]));
  return all === 0 ? 0 : roundedQuotient(weightOf(both), GENRES_WEIGHT, all);
};

/** The Bayesian average of the rating, as a share of ten points. */
const ratingPart = ({ ratingE3, votes }: Compared): number => {
  const counted = ratingE3 === null ? 0 : (votes ?? 0);
  const points = counted * (ratingE3 ?? 0) + PRIOR_VOTES * PRIOR_POINTS_E3;
  return roundedQuotient(points, UNIT, MOST_POINTS_E3 * (counted + PRIOR_VOTES));
};

export const similarityOf = (asked: Asked, film: Compared): Similarity => {
  const { people, genres, keywords, yearsApart } = sharedOf(asked, film);
  const trend = asked.trendE3(film.key);
  const peopleE3 = people.reduce((sum, { weightE3 }) => sum + weightE3, 0);
  const genresE3 = genresPart(asked, genres, film.genres);
  const keywordsE3 = roundedQuotient(keywords.length, KEYWORDS_WEIGHT, keywords.length + HALF_KEYWORDS);
  const yearE3 = yearsApart === null ? 0 : roundedQuotient(HALF_YEARS, YEAR_WEIGHT, HALF_YEARS + yearsApart);
  const ratingE3 = ratingPart(film);
  const trendE3 = UNIT + roundedQuotient(trend, TREND_WEIGHT, trend + HALF_TREND_E3);
  const scoreE3 = roundedQuotient((peopleE3 + genresE3 + keywordsE3 + yearE3) * ratingE3, trendE3, UNIT * UNIT);
  return { film, peopleE3, genresE3, keywordsE3, yearE3, ratingE3, trendE3, scoreE3 };
};

/** Those that share a person, a genre or a keyword, the highest score first; then by votes, descending, then by key. */
export const mostSimilar = (asked: Asked, films: readonly Compared[], limit: number): readonly Similarity[] =>
  films
    .map((film) => similarityOf(asked, film))
    .filter(({ peopleE3, genresE3, keywordsE3 }) => peopleE3 + genresE3 + keywordsE3 > 0)
    .toSorted((a, b) => b.scoreE3 - a.scoreE3 || (b.film.votes ?? 0) - (a.film.votes ?? 0) || compareUtf8(a.film.key, b.film.key))
    .slice(0, limit);
