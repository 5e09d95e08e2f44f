/** What readers ask, and what has to be answered at a position: each question knows its path and its plain answer. */
import type { OffsetVector } from '@rushes/domain';
import { scoreSentiment } from '@rushes/domain';

import { sortedBy } from '../golden/folded-text.ts';
import { byText, groupBy, type Row, textOf, type Value } from '../golden/rows.ts';
import { type Counted, movieRatings, movieRecords, movieReviews } from '../log-batch/plain-fold.ts';
import type { LogHistory } from './log-history.ts';
import type { PlainDump, PlainTitle } from './plain-titles.ts';

/** Everything that answers are made from, at one position and over one version's dumps. */
export interface PlainState {
  readonly dump: PlainDump;
  readonly history: LogHistory;
  readonly position: OffsetVector;
  readonly title: (id: string) => PlainTitle | undefined;
  readonly titles: () => readonly PlainTitle[];
}

/** What of an answer is compared. `undefined`: 404. */
export type PlainAnswer = { readonly data: unknown; readonly total?: number; readonly isLast?: boolean } | undefined;

export type Question = { readonly path: string; readonly answer: (state: PlainState) => PlainAnswer } &
  /** `refused`: answers 400, since no title has the genre that is asked for. */
  (
    | { readonly about: 'lists' | 'all'; readonly refused?: (state: PlainState) => boolean }
    /** One movie; `known`: answers 404 while nobody knows it. */
    | { readonly about: 'movie' | 'reviews'; readonly movie: string; readonly known: boolean }
  );

export const movieQuestion = (movie: string, path = movie): Question => ({
  path: `/movies/${path}`,
  about: 'movie',
  movie,
  known: true,
  answer: ({ dump, title }) => {
    const found = title(movie);
    const { directors = [], writers = [], cast = [] } = dump.credits.get(movie) ?? {};
    return found && { data: { ...found.movie, directors, writers, cast, ratings: found.ratings } };
  },
});

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAYS = { '7d': 7, '30d': 30, '90d': 90 } as const;
export const WINDOWS = ['7d', '30d', '90d', 'all'] as const;

/** Ten-thousandths, rounded half away from zero. */
const share = (sum: number, count: number): number | null => {
  if (count === 0) return null;
  const quotient = Number((2n * BigInt(Math.abs(sum)) + BigInt(count)) / (2n * BigInt(count)));
  return (Math.sign(sum) * quotient) / 10_000;
};
const compoundOf = ({ payload }: Counted): number => scoreSentiment(String(payload['text'])).compoundE4;

const shares = (reviews: readonly Counted[]) => {
  const scores = reviews.map(compoundOf);
  const shareOf = (those: (score: number) => boolean): number | null => share(10_000 * scores.filter(those).length, scores.length);
  return {
    reviews: scores.length,
    average: share(
      scores.reduce((sum, score) => sum + score, 0),
      scores.length,
    ),
    positive: shareOf((score) => score >= 500),
    neutral: shareOf((score) => score > -500 && score < 500),
    negative: shareOf((score) => score <= -500),
  };
};

const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);
const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().replace(/T.*/, '');

/** The slope of least squares, in millionths a day, by the definition with means: both sides times the number of reviews. */
const slopeOf = (reviews: readonly Counted[]): number | null => {
  const points = reviews.map((review) => [BigInt(dayOf(review.place.at_ms)), BigInt(compoundOf(review))] as const);
  const n = BigInt(points.length);
  const [days, scores] = [0, 1].map((at) => points.reduce((sum, point) => sum + (point[at] ?? 0n), 0n)) as [bigint, bigint]; // as: two numbers, two sums
  const above = points.reduce((sum, [day, score]) => sum + (n * day - days) * (n * score - scores), 0n);
  const below = points.reduce((sum, [day]) => sum + (n * day - days) ** 2n, 0n);
  if (below === 0n) return null;
  const size = Number((2n * 100n * (above < 0n ? -above : above) + below) / (2n * below)) / 1e6;
  return above < 0n && size > 0 ? -size : size;
};

/** The lower root of the quadratic equation that Wilson's interval solves, (share - x)² = 1.96² x (1 - x) / n. */
const wilson = (agreeing: number, n: number): number => {
  const [p, zz] = [agreeing / n, 1.96 ** 2];
  const [a, b, c] = [1 + zz / n, -(2 * p + zz / n), p * p];
  return Math.max(0, Math.round(((-b - Math.sqrt(b * b - 4 * a * c)) / (2 * a)) * 1e4) / 1e4);
};

const daysBetween = (reviews: readonly Counted[], from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => ({
    date: dateOf(from + n),
    ...shares(reviews.filter(({ place }) => dayOf(place.at_ms) === from + n)),
  }));

/** @param begin of the window; minus infinity for all. */
const summary = (reviews: readonly Counted[], begin: number, end: number) => {
  const { average, ...rest } = shares(reviews);
  const label = average === null ? null : average >= 0.05 ? 'positive' : average <= -0.05 ? 'negative' : 'neutral';
  const [positive, negative] = [(score: number) => score >= 500, (score: number) => score <= -500].map(
    (those) => reviews.map(compoundOf).filter(those).length,
  ) as [number, number]; // as: two conditions, two numbers
  const counts = { positive, neutral: reviews.length - positive - negative, negative };
  const first = Number.isFinite(begin)
    ? dayOf(begin)
    : Math.max(dayOf(end) - 90, Math.min(...reviews.map(({ place }) => dayOf(place.at_ms))));
  return {
    average,
    ...rest,
    label,
    confidence: label === null ? null : wilson(counts[label], reviews.length),
    counts,
    velocity: slopeOf(reviews),
    daily: Number.isFinite(first) ? daysBetween(reviews, first, dayOf(end - 1)) : [],
  };
};

export const sentimentQuestion = (movie: string, window: (typeof WINDOWS)[number], asOf: string): Question => ({
  path: `/movies/${movie}/sentiment?window=${window}&as_of=${asOf}`,
  about: 'reviews',
  movie,
  known: true,
  answer: ({ history, position, title }) => {
    if (title(movie) === undefined) return undefined;
    const all = history.events(movie, 'movie.reviews', position);
    const width = window === '7d' ? HOUR_MS : DAY_MS;
    const end = Math.floor(Date.parse(asOf) / width) * width + width;
    const length = window === 'all' ? Number.POSITIVE_INFINITY : DAYS[window] * DAY_MS;
    const within = (from: number, to: number): readonly Counted[] => all.filter(({ place }) => place.at_ms >= from && place.at_ms < to);
    const [now, before] = [summary(within(end - length, end), end - length, end), shares(within(end - 2 * length, end - length))];
    const trend =
      window === 'all' || now.average === null || before.average === null ? null : Math.round((now.average - before.average) * 1e4) / 1e4;
    const latest = all
      .toSorted((a, b) => b.place.at_ms - a.place.at_ms || b.place.offset - a.place.offset)
      .slice(0, 5)
      .filter(({ place }) => place.at_ms < end)
      .map((review) => ({
        text: review.payload['text'],
        author: review.payload['author'],
        score: review.payload['score'],
        compound: compoundOf(review) / 10_000,
        at: new Date(review.place.at_ms).toISOString(),
      }));
    const from = window === 'all' ? null : new Date(end - length).toISOString();
    return { data: { window, from, to: new Date(end).toISOString(), ...now, trend, latest } };
  },
});

const STATES = {
  movie_records: ['movie.metadata', movieRecords],
  movie_ratings: ['movie.ratings', movieRatings],
  movie_reviews: ['movie.reviews', movieReviews],
} as const;
export const EXPLAINED = Object.keys(STATES) as readonly (keyof typeof STATES)[]; // as: its own keys

/** Only the merged state: where the cut lies changes the parts. */
export const explainQuestion = (movie: string, view: keyof typeof STATES): Question => ({
  path: `/explain?movie_id=${movie}&view=${view}`,
  about: view === 'movie_reviews' ? 'reviews' : 'movie',
  movie,
  known: false,
  answer: ({ history, position }) => {
    const [topic, fold] = STATES[view];
    return { data: fold(history.events(movie, topic, position)) };
  },
});

export const SORTS = ['title', 'year', 'rating', 'votes', 'runtime'] as const;
export type Sort = (typeof SORTS)[number];
type Cell = string | number | null;

/** Where a list's row stands. */
export interface Place {
  readonly value: Cell;
  readonly id: string;
}

const cellOf = (title: PlainTitle, sort: Sort): Cell => (sort === 'title' ? title.title_sort : title[sort]);

/** The same of a row as `/movies` shows it. */
export const placeOfShown = (shown: Row, sort: Sort): Place => {
  const id = textOf(shown['id']);
  if (sort === 'title') return { value: typeof shown['title'] === 'string' ? sortedBy(shown['title']) : null, id };
  const value = shown[sort === 'runtime' ? 'runtime_minutes' : sort];
  return { value: typeof value === 'number' ? (sort === 'rating' ? Math.round(value * 1000) : value) : null, id };
};

const bytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const compare = (a: Place, b: Place, desc: boolean): number => {
  if (a.value === b.value) return byText(a.id, b.id);
  if (a.value === null || b.value === null) return a.value === null ? 1 : -1;
  const order = typeof a.value === 'number' && typeof b.value === 'number' ? a.value - b.value : bytes(String(a.value), String(b.value));
  return desc ? -order : order;
};

export interface MovieList {
  readonly sort: Sort;
  readonly desc: boolean;
  readonly size: number;
  readonly type: string;
  readonly genre?: string;
  readonly votesGte?: number;
  readonly ratingGte?: number;
  readonly yearFrom?: number;
  readonly count: boolean;
}

const pathOf = (list: MovieList): string => {
  const { sort, desc, size, type, genre, votesGte, ratingGte, yearFrom, count } = list;
  const asked = { sort, desc, page_size: size, type, genre, votes_gte: votesGte, rating_gte: ratingGte, year_from: yearFrom, count };
  return `/movies?${Object.entries(asked)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
    .join('&')}`;
};

/** A page; `after`: the last row of the page before, as it was shown, and the address that was given for this one. */
/** A genre that IMDb does not have: some movies are posted with it. */
export const MADE_UP_GENRE = 'Odd';

export const listQuestion = (list: MovieList, after?: { readonly path: string; readonly place: Place }): Question => ({
  path: after?.path ?? pathOf(list),
  about: 'lists',
  // IMDb's own genres are known without a title that has them.
  refused: ({ titles }) => list.genre === MADE_UP_GENRE && !titles().some(({ genres }) => genres.includes(MADE_UP_GENRE)),
  answer: ({ titles }) => {
    const { sort, desc, size, type, genre, votesGte, ratingGte, yearFrom, count } = list;
    const atLeast = (value: number | null, bound: number | undefined): boolean => bound === undefined || (value !== null && value >= bound);
    const matching = titles().filter(
      (title) =>
        !title.is_adult &&
        (type === 'all' || title.type === type) &&
        (genre === undefined || title.genres.includes(genre)) &&
        atLeast(title.votes, votesGte) &&
        atLeast(title.rating, ratingGte === undefined ? undefined : ratingGte * 1000) &&
        atLeast(title.year, yearFrom),
    );
    const rest = matching
      .map((title) => ({ title, place: { value: cellOf(title, sort), id: title.id } }))
      .filter(({ place }) => after === undefined || compare(place, after.place, desc) > 0)
      .toSorted((a, b) => compare(a.place, b.place, desc));
    const data = rest.slice(0, size).map(({ title }) => title.movie);
    return { data, isLast: rest.length <= size, ...(count ? { total: matching.length } : {}) };
  },
});

/** `/titles`, all of one type by votes. */
export const titlesQuestion = (type: string | undefined): Question => ({
  path: `/titles?page_size=1000&count=true${type === undefined ? '' : `&title_type=${type}`}`,
  about: 'lists',
  answer: ({ titles }) => {
    const place = ({ id, votes }: PlainTitle): Place => ({ id, value: votes });
    const found = titles()
      .filter((title) => !title.is_adult && (type === undefined || title.type === type))
      .toSorted((a, b) => compare(place(a), place(b), true));
    return { data: found.map(({ title }) => title), isLast: true, total: found.length };
  },
});

export const genresQuestion: Question = {
  path: '/genres',
  about: 'lists',
  answer: ({ titles }) => {
    const ordinary = titles().filter((title) => !title.is_adult);
    const mentions = ordinary.flatMap(({ genres, type }) => genres.map((genre) => ({ genre, type })));
    const counted = [...groupBy(mentions, ({ genre }) => genre)].toSorted(([a], [b]) => bytes(a, b));
    return { data: counted.map(([genre, all]) => ({ genre, movies: all.filter(({ type }) => type === 'movie').length })) };
  },
};

const isRankable = (title: PlainTitle, minVotes: number): boolean =>
  !title.is_adult && title.type === 'movie' && title.votes !== null && title.votes >= minVotes;

/** Its scores are made of the figures over all titles. */
export const topMoviesQuestion = (limit: number, minVotes: number): Question => ({
  path: `/top_movies?limit=${limit}&min_votes=${minVotes}`,
  about: 'lists',
  answer: ({ dump, titles }) => {
    const votes = titles().flatMap((title) => (title.votes !== null && title.votes > 0 ? [BigInt(title.votes)] : []));
    const total = votes.reduce((sum, one) => sum + one, 0n);
    const weight = ({ rating, votes: own }: PlainTitle): number => (rating ?? 0) * (own ?? 0);
    const score = (title: PlainTitle): number => {
      const [above, below] = [BigInt(weight(title)) * BigInt(votes.length), total];
      return total === 0n ? 0 : Number((2n * above + below) / (2n * below)) / 1000;
    };
    const found = titles()
      .filter((title) => isRankable(title, minVotes))
      .toSorted((a, b) => weight(b) - weight(a) || byText(a.id, b.id))
      .slice(0, limit);
    return { data: found.map((title) => ({ ...title.movie, score: score(title), titles: dump.names.get(title.id) ?? ([] as Value) })) };
  },
});

export const topByGenreQuestion = (perGenre: number, minVotes: number): Question => ({
  path: `/top_movies_by_genre?per_genre=${perGenre}&min_votes=${minVotes}`,
  about: 'lists',
  answer: ({ titles }) => {
    const ranked = titles()
      .filter((title) => isRankable(title, minVotes))
      .toSorted((a, b) => (b.rating ?? -1) - (a.rating ?? -1) || (b.votes ?? 0) - (a.votes ?? 0) || byText(a.id, b.id));
    const genres = [...new Set(ranked.flatMap((title) => title.genres))].toSorted(bytes);
    return {
      data: genres.map((genre) => ({
        genre,
        movies: ranked
          .filter((title) => title.genres.includes(genre))
          .slice(0, perGenre)
          .map(({ movie }) => movie),
      })),
    };
  },
});
