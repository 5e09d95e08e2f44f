/** `GET /titles`: the analytics table `imdb_titles`, its 18 fields under their own names, a filter on each. */
import { titles } from '@rushes/views';
import { Type } from 'typebox';

import { titleFields } from '../entities.ts';
import { checkPlace, type ListKind } from '../list-query.ts';
import { answerPage, fieldsParameter, pagingParameters } from '../paging.ts';
import type { AddDataRoute } from '../route-definition.ts';
import { titleConditions, titleFilters } from './title-filters.ts';

const TITLES: ListKind = {
  path: '/titles',
  layout: titles.layout,
  sorts: { primary_title: 'title_sort', releaseYear: 'year', averageRating: 'rating', numVotes: 'votes', runtimeMinutes: 'runtime' },
};

const query = Type.Object({
  ...titleFilters,
  sort: Type.Enum(['primary_title', 'releaseYear', 'averageRating', 'numVotes', 'runtimeMinutes'], {
    type: 'string',
    default: 'numVotes',
    description: 'Order of the list.',
  }),
  ...pagingParameters,
  fields: fieldsParameter(Object.keys(titleFields)),
});

export const addTitles = (add: AddDataRoute): void =>
  add({
    url: TITLES.path,
    operation: 'listTitles',
    summary: 'The analytics table of titles of all types',
    description: 'A title whose value is unknown satisfies no filter on it.',
    tag: 'titles',
    params: Type.Object({}),
    query,
    check: (asked, given) => checkPlace(TITLES, asked, given),
    data: Type.Array(Type.Ref('Title#')),
    paged: true,
    dependsOn: () => 'titles',
    answer: (snapshot, { query: asked, given }) => answerPage(snapshot.views.titles, TITLES, asked, given, titleConditions(asked), 'title'),
  });
