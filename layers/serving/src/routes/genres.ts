/** `GET /genres`: all genres with their number of movies. */
import { Type } from 'typebox';

import { arrayText, requireDocument } from '../documents.ts';
import type { AddDataRoute } from '../route-definition.ts';

/** Far above what IMDb has (28); a bound all the same. */
export const MAX_GENRES = 1000;

export const addGenres = (add: AddDataRoute): void =>
  add({
    url: '/genres',
    operation: 'listGenres',
    summary: 'All genres with their number of movies, by name',
    tag: 'movies',
    params: Type.Object({}),
    query: Type.Object({}),
    data: Type.Array(Type.Ref('Genre#')),
    dependsOn: () => 'titles',
    answer: async ({ views }) => {
      const rows = await views.genres.list({ where: [], sort: [], limit: MAX_GENRES, documents: ['entry'] });
      return { data: arrayText(rows.map((row) => requireDocument(row.documents[0], `document entry of ${row.key}`))) };
    },
  });
