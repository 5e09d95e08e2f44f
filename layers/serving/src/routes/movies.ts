/** `GET /movies`: the list of films, filtered and sorted. */
import type { Condition } from '@rushes/ports';
import { titles } from '@rushes/views';
import { Type, type Static } from 'typebox';

import { movieFields } from '../entities.ts';
import { checkPlace, type ListKind } from '../list-query.ts';
import { answerPage, fieldsParameter, pagingParameters } from '../paging.ts';
import { ratingBound } from '../rating.ts';
import type { AddDataRoute } from '../route-definition.ts';

const MOVIES: ListKind = {
  path: '/movies',
  layout: titles.layout,
  sorts: { title: 'title_sort', year: 'year', rating: 'rating', votes: 'votes', runtime: 'runtime' },
};

const points = (description: string) => Type.Optional(Type.Number({ minimum: 0, maximum: 10, description }));
const year = (description: string) => Type.Optional(Type.Integer({ minimum: 1800, maximum: 2200, description }));
const minutes = (description: string) => Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000, description }));

const query = Type.Object({
  genre: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 50 }), {
      maxItems: 5,
      description: 'A genre that the film must have, as `/genres` writes it. Repeat it for several: all must match.',
    }),
  ),
  rating_gt: points('Rated above this.'),
  rating_gte: points('Rated this or higher.'),
  rating_lt: points('Rated below this.'),
  year_from: year('Released in this year or later.'),
  year_to: year('Released in this year or earlier.'),
  votes_gte: Type.Optional(Type.Integer({ minimum: 0, description: 'At least so many votes.' })),
  runtime_from: minutes('At least so many minutes.'),
  runtime_to: minutes('At most so many minutes.'),
  type: Type.String({ default: 'movie', pattern: '^[A-Za-z]{1,30}$', description: "IMDb's type of title, or `all`." }),
  sort: Type.Enum(['title', 'year', 'rating', 'votes', 'runtime'], { type: 'string', default: 'votes', description: 'Order of the list.' }),
  ...pagingParameters,
  fields: fieldsParameter(Object.keys(movieFields)),
});

const movieConditions = (asked: Static<typeof query>): readonly Condition[] => {
  const where: Condition[] = [];
  if (asked.type !== 'all') where.push({ column: 'type', op: 'eq', value: asked.type });
  for (const value of asked.genre ?? []) where.push({ column: 'genres', op: 'has', value });
  if (asked.rating_gt !== undefined) where.push(ratingBound('rating', 'gt', asked.rating_gt));
  if (asked.rating_gte !== undefined) where.push(ratingBound('rating', 'gte', asked.rating_gte));
  if (asked.rating_lt !== undefined) where.push(ratingBound('rating', 'lt', asked.rating_lt));
  if (asked.year_from !== undefined) where.push({ column: 'year', op: 'gte', value: asked.year_from });
  if (asked.year_to !== undefined) where.push({ column: 'year', op: 'lte', value: asked.year_to });
  if (asked.votes_gte !== undefined) where.push({ column: 'votes', op: 'gte', value: asked.votes_gte });
  if (asked.runtime_from !== undefined) where.push({ column: 'runtime', op: 'gte', value: asked.runtime_from });
  if (asked.runtime_to !== undefined) where.push({ column: 'runtime', op: 'lte', value: asked.runtime_to });
  return where;
};

export const addMovies = (add: AddDataRoute): void =>
  add({
    url: MOVIES.path,
    operation: 'listMovies',
    summary: 'Films: filtered, sorted, paged',
    tag: 'movies',
    params: Type.Object({}),
    query,
    check: (asked, given) => checkPlace(MOVIES, asked, given),
    data: Type.Array(Type.Ref('Movie#')),
    paged: true,
    dependsOn: () => 'titles',
    answer: (snapshot, { query: asked, given }) => answerPage(snapshot.views.titles, MOVIES, asked, given, movieConditions(asked), 'movie'),
  });
