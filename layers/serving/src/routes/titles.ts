/** `GET /titles`: the analytics table `imdb_titles`, its 18 fields under their own names, a filter on each, and their lists as lists. */
import { titleDocument, titles } from '@rushes/views';
import { Type } from 'typebox';

import { titleFields } from '../answers/entities.ts';
import { requireKnownNames } from '../answers/known-names.ts';
import { checkPlace, type ListKind, orderNormalForm } from '../answers/list-query.ts';
import { answerPage, fieldsParameter, pagingParameters, sortParameter } from '../answers/paging.ts';
import type { AddDataRoute } from './route-definition.ts';
import { titleConditions, titleFilters } from './title-filters.ts';

const TITLES: ListKind = {
  path: '/titles',
  layout: titles.layout,
  sorts: { primary_title: 'title_sort', releaseYear: 'year', averageRating: 'rating', numVotes: 'votes', runtimeMinutes: 'runtime' },
  defaultSort: 'numVotes',
};

const query = Type.Object({
  ...titleFilters,
  sort: sortParameter(['primary_title', 'releaseYear', 'averageRating', 'numVotes', 'runtimeMinutes'], 'numVotes'),
  ...pagingParameters,
  fields: fieldsParameter(Object.keys(titleFields)),
});

export const addTitles = (add: AddDataRoute): void =>
  add({
    url: TITLES.path,
    operation: 'listTitles',
    summary: 'The analytics table of titles of all types',
    description: 'A title whose value is unknown satisfies no filter on it.',
    tag: 'Analytics table',
    params: Type.Object({}),
    query,
    check: (asked, given) => checkPlace(TITLES, asked, given),
    normalForm: (asked, given) => orderNormalForm(TITLES, asked, given),
    data: Type.Array(Type.Ref('Title#')),
    paged: true,
    dependsOn: () => 'titles',
    answer: async ({ views }, { query: asked, given }) => {
      await requireKnownNames(views, {
        genres: [
          { parameter: 'genres', names: asked.genres ?? [] },
          { parameter: 'genres_any', names: asked.genres_any ?? [] },
        ],
        types: [{ parameter: 'title_type', names: asked.title_type ?? [] }],
      });
      return answerPage(views, TITLES, asked, given, titleConditions(asked), titleDocument);
    },
  });
