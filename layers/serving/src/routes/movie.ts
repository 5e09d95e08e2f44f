/** One title by any of its ids: `GET /movies/{id}`, its different titles, its credits. */
import { Type } from 'typebox';

import { extendObject, requireDocument, selectFields } from '../answers/documents.ts';
import { movieDetailFields } from '../answers/entities.ts';
import { fieldsParameter } from '../answers/paging.ts';
import { notFound } from '../http/problem.ts';
import { ratingParts } from '../answers/rating-parts.ts';
import type { AddDataRoute } from './route-definition.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { findTitle, TITLE_ID_SCHEMA, titleKeyOf } from '../answers/title-id.ts';

const params = Type.Object({ id: TITLE_ID_SCHEMA });

const unknownTitle = (id: string) => notFound(`There is no title with the id ${id}.`);

const MOVIE = { documents: ['movie', 'rating_sources'], columns: ['rating', 'votes'] };
const PEOPLE = { documents: ['directors', 'writers', 'cast'] };
const KEY_ONLY = {};

const movieDetail = async ({ views }: Snapshot, id: string, fields: readonly string[] | undefined): Promise<string> => {
  const row = await findTitle(views.titles, id, MOVIE);
  if (row === undefined) throw unknownTitle(id);
  const people = await views.credits.get(row.key, PEOPLE);
  const [directors, writers, cast] = people?.documents ?? [];
  const ratings = ratingParts(row);
  const members = `"directors":${directors ?? '[]'},"writers":${writers ?? '[]'},"cast":${cast ?? '[]'},"ratings":${ratings}`;
  return selectFields(extendObject(requireDocument(row.documents[0], `document movie of ${row.key}`), members), fields);
};

/** A document of a view that has a row only for titles with something to say. */
const documentOf = async (snapshot: Snapshot, id: string, view: 'titleNames' | 'credits', document: string): Promise<string> => {
  const title = await findTitle(snapshot.views.titles, id, KEY_ONLY);
  if (title === undefined) throw unknownTitle(id);
  const row = await snapshot.views[view].get(title.key, { documents: [document] });
  return row?.documents[0] ?? '[]';
};

export const addMovie = (add: AddDataRoute): void => {
  add({
    url: '/movies/:id',
    operation: 'getMovie',
    summary: 'One title of any type, with directors, writers and cast',
    tag: 'Films',
    params,
    query: Type.Object({ fields: fieldsParameter(Object.keys(movieDetailFields)) }),
    data: Type.Ref('MovieDetail#'),
    dependsOn: ({ params: { id } }) => ({ title: titleKeyOf(id) }),
    answer: async (snapshot, { params: { id }, query }) => ({ data: await movieDetail(snapshot, id, query.fields) }),
  });
  add({
    url: '/movies/:id/titles',
    operation: 'listMovieTitles',
    summary: 'Its different titles: primary, original, regional',
    tag: 'Films',
    params,
    query: Type.Object({}),
    data: Type.Array(Type.Ref('TitleName#')),
    answer: async (snapshot, { params: { id } }) => ({ data: await documentOf(snapshot, id, 'titleNames', 'titles') }),
  });
  add({
    url: '/movies/:id/credits',
    operation: 'listMovieCredits',
    summary: 'Who is credited, by category, in order',
    tag: 'Films',
    params,
    query: Type.Object({}),
    data: Type.Array(Type.Ref('Credit#')),
    answer: async (snapshot, { params: { id } }) => ({ data: await documentOf(snapshot, id, 'credits', 'credits') }),
  });
};
