/**
 * The title types and what is typical of each.
 *
 * Shares of types: between those counted in IMDb's files of December 2017 (66 % episodes, 12.7 % shorts, 10 % movies: bruchez.blogspot.com, 2017-12-21)
 * and those of 2025 (some 77 %, 9 %, 6 %), whose trend is towards episodes. Shares of rated titles: such that 14 to 15 % of all have a rating,
 * as in IMDb's files (1.6 of 11.7 million in 2025), and half of the movies (73,856 of 146,144 movies of the 2010s).
 * Votes: the movies' mixture fits those movies (median 49, 90 % below 1,600, 1 % above 83,000, most 1.8 million); the others' are chosen lower.
 * Ratings: the movies' fit theirs (median 6.5, 5 % below 3.6, 5 % above 8.5); the others are chosen so that the mean of all is near IMDb's 6.9.
 * Runtimes of movies: 5 % below 43, median 87, 5 % above 130 there. All else is chosen.
 */
import { weighted } from './random.ts';

export type TitleType =
  | 'tvEpisode'
  | 'short'
  | 'movie'
  | 'video'
  | 'tvSeries'
  | 'tvMovie'
  | 'tvMiniSeries'
  | 'tvSpecial'
  | 'videoGame'
  | 'tvShort';

export interface Kind {
  readonly type: TitleType;
  readonly television: boolean;
  readonly ratedShare: number;
  /** Natural logarithms of the votes: median and spread of most titles, and of the `famousShare`. */
  readonly votes: {
    readonly median: number;
    readonly spread: number;
    readonly famousShare: number;
    readonly famousMedian: number;
    readonly famousSpread: number;
  };
  /** Median, and the spread below and above it. */
  readonly rating: { readonly median: number; readonly below: number; readonly above: number };
  /** Mean age in years, before what would lie too far back is drawn again. */
  readonly age: number;
  readonly runtime: { readonly knownShare: number; readonly median: number; readonly spread: number };
  readonly adultShare: number;
  /** Shares of titles that no director or no writer is known of. */
  readonly directorless: number;
  readonly writerless: number;
  /** The largest number of rows in title.principals, and the share of titles that have that many. */
  readonly credits: { readonly most: number; readonly fullShare: number };
}

const television = {
  television: true,
  votes: { median: 3, spread: 1.2, famousShare: 0.03, famousMedian: 6.5, famousSpread: 1.3 },
  rating: { median: 7.4, below: 1.35, above: 1 },
  age: 17,
  adultShare: 0,
  directorless: 0.45,
  writerless: 0.5,
  credits: { most: 10, fullShare: 0.6 },
};

const film = {
  television: false,
  votes: { median: 3.1, spread: 1.2, famousShare: 0.03, famousMedian: 6.5, famousSpread: 1.3 },
  rating: { median: 6.8, below: 1.5, above: 1.2 },
  age: 18,
  adultShare: 0,
  directorless: 0.08,
  writerless: 0.25,
  credits: { most: 10, fullShare: 0.4 },
};

const seriesVotes = { median: 4, spread: 1.7, famousShare: 0.08, famousMedian: 8, famousSpread: 1.9 };

const KINDS = {
  tvEpisode: {
    ...television,
    type: 'tvEpisode',
    ratedShare: 0.095,
    adultShare: 0.005,
    runtime: { knownShare: 0.3, median: 34, spread: 0.6 },
  },
  short: {
    ...film,
    type: 'short',
    ratedShare: 0.16,
    runtime: { knownShare: 0.65, median: 11, spread: 0.7 },
    credits: { most: 10, fullShare: 0.2 },
  },
  movie: {
    ...film,
    type: 'movie',
    ratedShare: 0.48,
    votes: { median: 3.7, spread: 1.5, famousShare: 0.1, famousMedian: 8.4, famousSpread: 2 },
    rating: { median: 6.5, below: 1.75, above: 1.2 },
    age: 24,
    runtime: { knownShare: 0.64, median: 87, spread: 0.3 },
    adultShare: 0.012,
    credits: { most: 10, fullShare: 0.8 },
  },
  video: { ...film, type: 'video', ratedShare: 0.2, adultShare: 0.15, runtime: { knownShare: 0.55, median: 70, spread: 0.7 } },
  tvSeries: {
    ...television,
    type: 'tvSeries',
    ratedShare: 0.33,
    votes: seriesVotes,
    runtime: { knownShare: 0.4, median: 37, spread: 0.5 },
  },
  tvMovie: {
    ...film,
    type: 'tvMovie',
    television: true,
    ratedShare: 0.35,
    age: 26,
    runtime: { knownShare: 0.65, median: 78, spread: 0.4 },
  },
  tvMiniSeries: {
    ...television,
    type: 'tvMiniSeries',
    ratedShare: 0.35,
    votes: seriesVotes,
    runtime: { knownShare: 0.45, median: 90, spread: 0.9 },
  },
  tvSpecial: { ...television, type: 'tvSpecial', ratedShare: 0.2, runtime: { knownShare: 0.5, median: 75, spread: 0.6 } },
  videoGame: { ...film, type: 'videoGame', ratedShare: 0.4, age: 14, runtime: { knownShare: 0.02, median: 300, spread: 1 } },
  tvShort: { ...television, type: 'tvShort', ratedShare: 0.25, age: 22, runtime: { knownShare: 0.7, median: 9, spread: 0.5 } },
} as const satisfies Readonly<Record<TitleType, Kind>>;

export const SERIES_KIND: Kind = KINDS.tvSeries;

/** Shares in a thousand. */
export const kindOf = weighted<Kind>(
  [KINDS.tvEpisode, 727],
  [KINDS.short, 100],
  [KINDS.movie, 66],
  [KINDS.video, 35],
  [KINDS.tvSeries, 30],
  [KINDS.tvMovie, 18],
  [KINDS.tvMiniSeries, 8],
  [KINDS.tvSpecial, 8],
  [KINDS.videoGame, 5],
  [KINDS.tvShort, 3],
);
