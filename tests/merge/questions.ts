/** What readers ask, and what has to be answered at a position: each question knows its path and its plain answer. */
import type { OffsetVector } from '@rushes/domain';

import { sortedBy } from '../golden/folded-text.ts';
import { byText, groupBy, type Row, textOf, type Value } from '../golden/rows.ts';
import { movieRatings, movieRecords, movieReviews } from '../log-batch/plain-fold.ts';
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
