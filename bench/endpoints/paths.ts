/** What is asked of each endpoint: many different requests, as many clients would make them, so that few answers are kept ones. */

/** A film of the served version. */
export interface KnownFilm {
  readonly id: string;
  readonly title: string | null;
  readonly genres: readonly string[];
}

const longestWord = (title: string): string => title.split(/[^\p{L}\p{N}]+/u).toSorted((a, b) => b.length - a.length)[0] ?? '';

const WINDOWS = ['24h', '7d', '30d'] as const;
const DAYS = ['7d', '30d', '90d'] as const;
const METRICS = ['rating', 'votes', 'reviews', 'sentiment', 'popularity'] as const;

/** Paths by endpoint; of lists and aggregates one for each genre and window, of films one for each. */
export const pathsOf = (films: readonly KnownFilm[]): Readonly<Record<string, readonly string[]>> => {
  const genres = [...new Set(films.flatMap(({ genres: of }) => of))].map(encodeURIComponent);
  const words = [...new Set(films.flatMap(({ title }) => (title === null ? [] : [longestWord(title)])))].filter((word) => word.length > 3);
  const each = <Value>(values: readonly Value[], path: (value: Value) => string): readonly string[] => values.map(path);
  return {
    '/movies': genres.flatMap((genre) => each(['votes', 'rating', 'year'], (sort) => `/movies?genre=${genre}&sort=${sort}&desc=true`)),
    '/movies/{id}': each(films, ({ id }) => `/movies/${id}`),
    '/movies/{id}/sentiment': each(films, ({ id }) => `/movies/${id}/sentiment?window=30d`),
    '/movies/{id}/popularity': each(films, ({ id }) => `/movies/${id}/popularity?bucket=day&window=30d`),
    '/movies/{id}/similar': each(films, ({ id }) => `/movies/${id}/similar`),
    '/search/movies': each(words, (word) => `/search/movies?q=${encodeURIComponent(word)}`),
    '/trending/movies': [undefined, ...genres].flatMap((genre) =>
      each(WINDOWS, (window) => `/trending/movies?window=${window}${genre === undefined ? '' : `&genre=${genre}`}`),
    ),
    '/analytics/trends of a film': films.flatMap(({ id }) =>
      each(METRICS, (metric) => `/analytics/trends?movie_id=${id}&metric=${metric}&window=30d`),
    ),
    '/analytics/trends of a genre': genres.flatMap((genre) =>
      each(METRICS, (metric) => `/analytics/trends?genre=${genre}&metric=${metric}&window=30d`),
    ),
    '/analytics/anomalies': [undefined, ...genres].flatMap((genre) =>
      each(DAYS, (window) => `/analytics/anomalies?window=${window}${genre === undefined ? '' : `&genre=${genre}`}`),
    ),
    '/analytics/genre/{genre}': genres.flatMap((genre) =>
      each([2020, 2015, 2010, 2000], (year) => `/analytics/genre/${genre}?year=${year}`),
    ),
    '/analytics/yearly': [undefined, ...genres].map((genre) => `/analytics/yearly${genre === undefined ? '' : `?genre=${genre}`}`),
  };
};
