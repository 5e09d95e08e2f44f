/** `GET /genres`: all genres with their number of movies. */
import { Type } from 'typebox';

import { type Adult, adultParameter } from '../answers/adult.ts';
import { readGenres, shownMovies } from '../answers/genre-counts.ts';
import { GENRE_COLUMNS } from '../answers/tables.ts';
import { shortList } from '../answers/whole-list.ts';
import type { ViewReaders } from '../merge/view-readers.ts';
import type { AddDataRoute } from './route-definition.ts';

const genresText = async (views: ViewReaders, adult: Adult): Promise<string> => {
  const genres = (await readGenres(views)).flatMap((counts) => {
    const movies = shownMovies(counts, adult);
    return movies === undefined ? [] : [{ genre: counts.genre, movies }];
  });
  return JSON.stringify(genres);
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
    table: {
      name: 'genres',
      columns: GENRE_COLUMNS,
      pages: ({ views }, { query: { adult } }) => shortList(GENRE_COLUMNS, () => genresText(views, adult)),
    },
    answer: async ({ views }, { query: { adult } }) => ({ data: await genresText(views, adult) }),
  });
