/** `GET /titles`: the analytics table `imdb_titles`, its 18 fields under their own names, a filter on each, and their lists as lists. */
import { titleCells, titleDocument, titles } from '@rushes/views';
import { Type, type Static } from 'typebox';

import { titleFields } from '../answers/entities.ts';
import { requireKnownNames } from '../answers/known-names.ts';
import { checkPlace, type ListKind, orderNormalForm, sortOf } from '../answers/list-query.ts';
import { answerPage, fieldsParameter, pagingParameters, sortParameter } from '../answers/paging.ts';
import { TITLE_COLUMNS } from '../answers/tables.ts';
import { wholeList } from '../answers/whole-list.ts';
import type { ViewReaders } from '../merge/view-readers.ts';
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

const requireNames = (views: ViewReaders, asked: Static<typeof query>): Promise<void> =>
  requireKnownNames(views, {
    genres: [
      { parameter: 'genres', names: asked.genres ?? [] },
      { parameter: 'genres_any', names: asked.genres_any ?? [] },
    ],
    types: [{ parameter: 'title_type', names: asked.title_type ?? [] }],
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
    table: {
      name: 'titles',
      columns: TITLE_COLUMNS,
      pages: async function* ({ views }, { query: asked }) {
        await requireNames(views, asked);
        yield* wholeList(views.titles, titleConditions(asked), sortOf(TITLES, asked), titleCells);
      },
    },
    answer: async ({ views }, { query: asked, given }) => {
      await requireNames(views, asked);
      return answerPage(views, TITLES, asked, given, titleConditions(asked), titleDocument);
    },
  });
