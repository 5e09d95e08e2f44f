/** `GET /genres`: all genres with their number of movies. */
import { Type } from 'typebox';

import { type Adult, adultParameter } from '../adult.ts';
import { MAX_GENRES } from '../known-names.ts';
import type { AddDataRoute } from '../route-definition.ts';

/** Which of a genre's counts are shown: of ordinary movies and titles, then of adult ones. A genre that none of these titles has is left out. */
const shownMovies = ([movies = 0, titles = 0, adultMovies = 0, adultTitles = 0]: readonly number[], adult: Adult): number | undefined => {
  if ((adult === 'only' ? 0 : titles) + (adult === 'exclude' ? 0 : adultTitles) === 0) return undefined;
  return (adult === 'only' ? 0 : movies) + (adult === 'exclude' ? 0 : adultMovies);
};

export const addGenres = (add: AddDataRoute): void =>
  add({
    url: '/genres',
    operation: 'listGenres',
    summary: 'All genres with their number of movies, by name',
    tag: 'Films',
    params: Type.Object({}),
    query: Type.Object({ adult: adultParameter }),
    data: Type.Array(Type.Ref('Genre#')),
    dependsOn: () => 'titles',
    answer: async ({ views }, { query: { adult } }) => {
      const columns = ['movies', 'titles', 'adult_movies', 'adult_titles'];
      const rows = await views.genres.list({ where: [], sort: [], limit: MAX_GENRES, columns });
      const genres = rows.flatMap((row) => {
        const movies = shownMovies(row.columns.map(Number), adult);
        return movies === undefined ? [] : [{ genre: row.key, movies }];
      });
      return { data: JSON.stringify(genres) };
    },
  });
