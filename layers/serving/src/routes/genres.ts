/** `GET /genres`: all genres with their number of movies. */
import { Type } from 'typebox';

import { adultParameter } from '../answers/adult.ts';
import { readGenres, shownMovies } from '../answers/genre-counts.ts';
import type { AddDataRoute } from './route-definition.ts';

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
      const genres = (await readGenres(views)).flatMap((counts) => {
        const movies = shownMovies(counts, adult);
        return movies === undefined ? [] : [{ genre: counts.genre, movies }];
      });
      return { data: JSON.stringify(genres) };
    },
  });
