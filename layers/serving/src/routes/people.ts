/** `GET /people/{nconst}`, whom the person works with, and `GET /top_actors`. */
import { NCONST_PATTERN } from '@rushes/domain';
import type { ViewRow } from '@rushes/ports';
import { creditedCrew, creditedPrincipals, moviesOf, personDocument } from '@rushes/views';
import { Type } from 'typebox';

import { arrayText, requireDocument, selectFields } from '../answers/documents.ts';
import { personFields } from '../answers/entities.ts';
import { collaboratorsText } from '../answers/network.ts';
import { fieldsParameter } from '../answers/paging.ts';
import { notFound } from '../http/problem.ts';
import { PERSON_COLUMNS } from '../answers/tables.ts';
import { shortList } from '../answers/whole-list.ts';
import type { AddDataRoute } from './route-definition.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { limitParameter } from '../answers/top-list.ts';

/** A bound on the work of one request; hardly anybody is credited in more movies. */
const MAX_NETWORK_MOVIES = 1000;
const MAX_PERSONS = 1000;

const params = Type.Object({
  nconst: Type.String({ pattern: NCONST_PATTERN, description: "IMDb's id of the person.", examples: ['nm0000151'] }),
});

const unknownPerson = (nconst: string) => notFound(`There is no person with the id ${nconst}.`);

const PERSON = { documents: ['person'], columns: ['films'] };

const personText = ({ key, documents, columns }: ViewRow): string =>
  personDocument(key, requireDocument(documents[0], `document person of ${key}`), Number(columns[0] ?? 0));

const network = async ({ views, batch }: Snapshot, nconst: string, limit: number): Promise<string> => {
  const person = await views.people.get(nconst, { documents: ['movies'] });
  if (person === undefined) throw unknownPerson(nconst);
  const all = moviesOf(person.documents[0]);
  const ids = all.slice(0, MAX_NETWORK_MOVIES);
  const titles = await batch.titles.getMany(ids, { columns: ['tconst', 'rating'] });
  const ratings = new Map(titles.map(({ columns: [tconst, rating] }) => [String(tconst), rating]));
  const credits = await views.credits.getMany([...ratings.keys()], { documents: ['credits', 'crew'] });
  const movies = credits.map((row) => {
    const rating = ratings.get(row.key);
    return {
      people: [...creditedPrincipals(row.documents[0]), ...creditedCrew(row.documents[1])],
      rating: typeof rating === 'number' ? rating : null,
    };
  });
  const counts = `"movies":${all.length},"movies_considered":${ids.length}`;
  return `{"nconst":${JSON.stringify(nconst)},${counts},"collaborators":${collaboratorsText(movies, nconst, limit)}}`;
};

const topActors = async ({ views }: Snapshot, limit: number, fields: readonly string[] | undefined): Promise<string> => {
  const where = [{ column: 'films', op: 'gte', value: 1 }] as const;
  const rows = await views.people.list({ where, sort: [{ column: 'films', desc: true }], limit, ...PERSON });
  return arrayText(rows.map((row) => selectFields(personText(row), fields)));
};

export const addPeople = (add: AddDataRoute): void => {
  add({
    url: '/people/:nconst',
    operation: 'getPerson',
    summary: 'A person',
    tag: 'People',
    params,
    query: Type.Object({ fields: fieldsParameter(Object.keys(personFields)) }),
    data: Type.Ref('Person#'),
    answer: async ({ views }, { params: { nconst }, query }) => {
      const row = await views.people.get(nconst, PERSON);
      if (row === undefined) throw unknownPerson(nconst);
      return { data: selectFields(personText(row), query.fields) };
    },
  });
  add({
    url: '/people/:nconst/network',
    operation: 'getPersonNetwork',
    summary: 'Whom a person works with most',
    description: `By the number of shared movies; ties: nconst, ascending. At most ${MAX_NETWORK_MOVIES} of the person's movies are considered, by ascending id: the answer says how many there are and how many were considered.`,
    tag: 'People',
    params,
    query: Type.Object({ limit: limitParameter('persons', MAX_PERSONS) }),
    data: Type.Object({
      nconst: Type.String(),
      movies: Type.Integer({ description: 'Movies that credit the person.' }),
      movies_considered: Type.Integer({ description: 'Of these, the ones looked at.' }),
      collaborators: Type.Array(Type.Ref('Collaborator#')),
    }),
    answer: async (snapshot, { params: { nconst }, query }) => ({ data: await network(snapshot, nconst, query.limit) }),
  });
  add({
    url: '/top_actors',
    operation: 'listTopActors',
    summary: 'Actors and actresses by number of films',
    description: 'Distinct movies credited as actor or actress; ties: nconst, ascending.',
    tag: 'Rankings',
    params: Type.Object({}),
    query: Type.Object({ limit: limitParameter('persons', MAX_PERSONS), fields: fieldsParameter(Object.keys(personFields)) }),
    data: Type.Array(Type.Ref('Person#')),
    table: {
      name: 'top_actors',
      columns: PERSON_COLUMNS,
      pages: (snapshot, { query }) => shortList(PERSON_COLUMNS, () => topActors(snapshot, query.limit, undefined)),
    },
    answer: async (snapshot, { query }) => ({ data: await topActors(snapshot, query.limit, query.fields) }),
  });
};
