/** `GET /movies`: the list of films, filtered and sorted. */
import { foldText } from '@rushes/domain';
import type { Condition } from '@rushes/ports';
import { movieCells, movieDocument, titles } from '@rushes/views';
import { Type, type Static } from 'typebox';

import { adultParameter, kindConditions } from '../answers/adult.ts';
import { movieFields } from '../answers/entities.ts';
import { requireKnownNames } from '../answers/known-names.ts';
import { checkPlace, type ListKind, orderNormalForm, sortOf } from '../answers/list-query.ts';
import { answerPage, fieldsParameter, pagingParameters, sortParameter } from '../answers/paging.ts';
import { FOLDED } from '../http/parameter.ts';
import { ratingBound } from '../answers/rating.ts';
import { genreConditions, genreParameter, namedTypes, pointsParameter, typeParameter, yearParameter } from './film-filters.ts';
import { MOVIE_COLUMNS } from '../answers/tables.ts';
import { wholeList } from '../answers/whole-list.ts';
import type { ViewReaders } from '../merge/view-readers.ts';
import type { AddDataRoute } from './route-definition.ts';

const MOVIES: ListKind = {
  path: '/movies',
  layout: titles.layout,
  sorts: { title: 'title_sort', year: 'year', rating: 'rating', votes: 'votes', runtime: 'runtime' },
  defaultSort: 'votes',
};

const minutes = (description: string) => Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000, description }));

const query = Type.Object({
  genre: genreParameter,
  genre_any: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 50 }), {
      [FOLDED]: true,
      maxItems: 10,
      style: 'form',
      explode: false,
      description: 'Genres of which the film must have at least one, separated by commas.',
    }),
  ),
  rating_gt: pointsParameter('Rated above this.'),
  rating_gte: pointsParameter('Rated this or higher.'),
  rating_lt: pointsParameter('Rated below this.'),
  rating_lte: pointsParameter('Rated this or lower.'),
  year: yearParameter('Released in this year.'),
  year_from: yearParameter('Released in this year or later.'),
  year_to: yearParameter('Released in this year or earlier.'),
  votes_gte: Type.Optional(Type.Integer({ minimum: 0, description: 'At least so many votes.' })),
  votes_lte: Type.Optional(Type.Integer({ minimum: 0, description: 'At most so many votes.' })),
  runtime_from: minutes('At least so many minutes.'),
  runtime_to: minutes('At most so many minutes.'),
  type: typeParameter,
  adult: adultParameter,
  sort: sortParameter(['title', 'year', 'rating', 'votes', 'runtime'], 'votes'),
  ...pagingParameters,
  fields: fieldsParameter(Object.keys(movieFields)),
});

const movieConditions = (asked: Static<typeof query>): readonly Condition[] => {
  const where: Condition[] = [...kindConditions(namedTypes(asked.type), asked.adult), ...genreConditions(asked.genre)];
  if (asked.genre_any !== undefined) where.push({ column: 'genre_keys', op: 'hasAny', value: asked.genre_any.map(foldText) });
  if (asked.rating_gt !== undefined) where.push(ratingBound('rating', 'gt', asked.rating_gt));
  if (asked.rating_gte !== undefined) where.push(ratingBound('rating', 'gte', asked.rating_gte));
  if (asked.rating_lt !== undefined) where.push(ratingBound('rating', 'lt', asked.rating_lt));
  if (asked.rating_lte !== undefined) where.push(ratingBound('rating', 'lte', asked.rating_lte));
  if (asked.year !== undefined) where.push({ column: 'year', op: 'eq', value: asked.year });
  if (asked.year_from !== undefined) where.push({ column: 'year', op: 'gte', value: asked.year_from });
  if (asked.year_to !== undefined) where.push({ column: 'year', op: 'lte', value: asked.year_to });
  if (asked.votes_gte !== undefined) where.push({ column: 'votes', op: 'gte', value: asked.votes_gte });
  if (asked.votes_lte !== undefined) where.push({ column: 'votes', op: 'lte', value: asked.votes_lte });
  if (asked.runtime_from !== undefined) where.push({ column: 'runtime', op: 'gte', value: asked.runtime_from });
  if (asked.runtime_to !== undefined) where.push({ column: 'runtime', op: 'lte', value: asked.runtime_to });
  return where;
};

const requireNames = (views: ViewReaders, asked: Static<typeof query>): Promise<void> =>
  requireKnownNames(views, {
    genres: [
      { parameter: 'genre', names: asked.genre ?? [] },
      { parameter: 'genre_any', names: asked.genre_any ?? [] },
    ],
    types: [{ parameter: 'type', names: namedTypes(asked.type) ?? [] }],
  });

export const addMovies = (add: AddDataRoute): void =>
  add({
    url: MOVIES.path,
    operation: 'listMovies',
    summary: 'Films: filtered, sorted, paged',
    tag: 'Films',
    params: Type.Object({}),
    query,
    check: (asked, given) => checkPlace(MOVIES, asked, given),
    normalForm: (asked, given) => orderNormalForm(MOVIES, asked, given),
    data: Type.Array(Type.Ref('Movie#')),
    paged: true,
    dependsOn: () => 'titles',
    table: {
      name: 'movies',
      columns: MOVIE_COLUMNS,
      pages: async function* ({ views }, { query: asked }) {
        await requireNames(views, asked);
        yield* wholeList(views.titles, movieConditions(asked), sortOf(MOVIES, asked), movieCells);
      },
    },
    answer: async ({ views }, { query: asked, given }) => {
      await requireNames(views, asked);
      return answerPage(views, MOVIES, asked, given, movieConditions(asked), movieDocument);
    },
  });
