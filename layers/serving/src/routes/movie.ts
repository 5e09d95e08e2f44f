/** One title by any of its ids: `GET /movies/{id}`, its different titles, its credits. */
import type { ArtefactReader, CellValue, Selection, ViewRow } from '@rushes/ports';
import { castDocument, creditsDocument, directorsDocument, movieDocument, titleNamesDocument, writersDocument } from '@rushes/views';
import { Type } from 'typebox';

import { extendObject, selectFields, shownOf } from '../answers/documents.ts';
import { movieDetailFields } from '../answers/entities.ts';
import { fieldsParameter } from '../answers/paging.ts';
import { notFound } from '../http/problem.ts';
import { ratingParts } from '../answers/rating-parts.ts';
import type { AddDataRoute } from './route-definition.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { dependencyOn, findTitle, isTmdbId, TITLE_ID_SCHEMA } from '../answers/title-id.ts';

const params = Type.Object({ id: TITLE_ID_SCHEMA });

const unknownTitle = (id: string) => notFound(`There is no title with the id ${id}.`);

const MOVIE = { documents: ['shown', 'rating_sources'], columns: ['rating', 'votes', 'tconst'] };
const PEOPLE = { documents: ['crew', 'credits'] };
const CREDITS = { documents: ['credits'] };
const NAMES = { documents: ['titles'] };
const TCONST = { columns: ['tconst'] };

/** The row of a view that is keyed by IMDb's id; titles that IMDb does not have are in none. */
const byTconst = async (view: ArtefactReader, tconst: CellValue | undefined, select: Selection): Promise<ViewRow | undefined> =>
  typeof tconst === 'string' ? view.get(tconst, select) : undefined;

const movieDetail = async ({ views }: Snapshot, id: string, fields: readonly string[] | undefined): Promise<string> => {
  const row = await findTitle(views, id, MOVIE);
  if (row === undefined) throw unknownTitle(id);
  const [crew, credits] = (await byTconst(views.credits, row.columns[2], PEOPLE))?.documents ?? [];
  const members =
    `"directors":${directorsDocument(crew)},"writers":${writersDocument(crew)},"cast":${castDocument(credits)},` +
    `"ratings":${ratingParts(row)}`;
  return selectFields(extendObject(movieDocument(row.key, shownOf(row)), members), fields);
};

/** The document of a view about titles of IMDb's. `undefined`: the view says nothing of the title. */
const documentOf = async (
  { views }: Snapshot,
  id: string,
  view: 'titleNames' | 'credits',
  select: Selection,
): Promise<string | null | undefined> => {
  const title = await findTitle(views, id, TCONST);
  if (title === undefined) throw unknownTitle(id);
  return (await byTconst(views[view], title.columns[0], select))?.documents[0];
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
    dependsOn: ({ params: { id } }) => dependencyOn(id),
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
    dependsOn: ({ params: { id } }) => (isTmdbId(id) ? 'titles' : 'batch'),
    answer: async (snapshot, { params: { id } }) => ({ data: titleNamesDocument(await documentOf(snapshot, id, 'titleNames', NAMES)) }),
  });
  add({
    url: '/movies/:id/credits',
    operation: 'listMovieCredits',
    summary: 'Who is credited, by category, in order',
    tag: 'Films',
    params,
    query: Type.Object({}),
    data: Type.Array(Type.Ref('Credit#')),
    dependsOn: ({ params: { id } }) => (isTmdbId(id) ? 'titles' : 'batch'),
    answer: async (snapshot, { params: { id } }) => ({ data: creditsDocument(await documentOf(snapshot, id, 'credits', CREDITS)) }),
  });
};
