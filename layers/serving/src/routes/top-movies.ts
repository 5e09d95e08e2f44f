/** `GET /top_movies` and `GET /top_movies/credits`: the movies by votes and rating, and the persons most often credited in them. */
import type { CellValue, ListedRow } from '@rushes/ports';
import { creditedPrincipals, movieDocument, titleNamesDocument } from '@rushes/views';
import { Type } from 'typebox';

import { type Adult, adultParameter } from '../answers/adult.ts';
import { mostCredited } from '../answers/credited-people.ts';
import { arrayText, extendObject, selectFields, shownOf } from '../answers/documents.ts';
import { topMovieFields } from '../answers/entities.ts';
import { fieldsParameter } from '../answers/paging.ts';
import { CREDITED_PERSON_COLUMNS, TOP_MOVIE_COLUMNS } from '../answers/tables.ts';
import { shortList } from '../answers/whole-list.ts';
import type { AddDataRoute, DataRoute } from './route-definition.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { limitParameter, minVotesParameter, readVoteStatistics, scoreText, topMovies } from '../answers/top-list.ts';

const MAX_TOP_MOVIES = 250;
const MAX_CREDIT_MOVIES = 100;
const MAX_PERSONS = 1000;

const weightOf = (cell: CellValue | undefined): number => {
  // Whoever has votes has a weight: both come from one row of the ratings.
  if (typeof cell !== 'number')
    throw new Error('a ranked movie has no weight: the artefact titles was not built by this version of its view definition');
  return cell;
};

/** IMDb's ids of top movies, of those that have one. */
const tconstsOf = (rows: readonly ListedRow[]): readonly string[] =>
  rows.flatMap(({ columns: [, tconst] }) => (typeof tconst === 'string' ? [tconst] : []));

const answerTopMovies = async (
  { views }: Snapshot,
  limit: number,
  minVotes: number,
  adult: Adult,
  fields: readonly string[] | undefined,
): Promise<string> => {
  const rows = await topMovies(views.titles, limit, minVotes, adult);
  const [names, votes] = await Promise.all([
    views.titleNames.getMany(tconstsOf(rows), { documents: ['titles'] }),
    readVoteStatistics(views),
  ]);
  const namesOf = new Map(names.map((row) => [row.key, row.documents[0]]));
  const movies = rows.map((row) => {
    const [weight, tconst] = row.columns;
    const members = `"score":${scoreText(weightOf(weight), votes)},"titles":${titleNamesDocument(namesOf.get(String(tconst)))}`;
    return selectFields(extendObject(movieDocument(row.key, shownOf(row)), members), fields);
  });
  return arrayText(movies);
};

const answerCredits = async ({ views }: Snapshot, movies: number, minVotes: number, adult: Adult, limit: number): Promise<string> => {
  const top = await topMovies(views.titles, movies, minVotes, adult);
  const rows = await views.credits.getMany(tconstsOf(top), { documents: ['credits'] });
  return JSON.stringify(
    mostCredited(
      rows.map((row) => creditedPrincipals(row.documents[0])),
      limit,
    ),
  );
};

const topMoviesQuery = Type.Object({
  limit: limitParameter('movies', MAX_TOP_MOVIES),
  min_votes: minVotesParameter,
  adult: adultParameter,
  fields: fieldsParameter(Object.keys(topMovieFields)),
});
const noParams = Type.Object({});

/** The top movies, which can be followed too. */
export const topMoviesRoute: DataRoute<typeof noParams, typeof topMoviesQuery> = {
  url: '/top_movies',
  operation: 'listTopMovies',
  summary: 'Movies by (votes / average number of votes) × rating',
  description: 'The average is taken over all rated titles, adult ones included. Ties: the id, ascending.',
  tag: 'Rankings',
  params: noParams,
  query: topMoviesQuery,
  data: Type.Array(Type.Ref('TopMovie#')),
  dependsOn: () => 'titles',
  table: {
    name: 'top_movies',
    columns: TOP_MOVIE_COLUMNS,
    pages: (snapshot, { query: asked }) =>
      shortList(TOP_MOVIE_COLUMNS, () => answerTopMovies(snapshot, asked.limit, asked.min_votes, asked.adult, undefined)),
  },
  answer: async (snapshot, { query: asked }) => ({
    data: await answerTopMovies(snapshot, asked.limit, asked.min_votes, asked.adult, asked.fields),
  }),
};

export const addTopMovies = (add: AddDataRoute): void => {
  add(topMoviesRoute);
  add({
    url: '/top_movies/credits',
    operation: 'listTopMovieCredits',
    summary: 'The persons most often credited in the top movies',
    description: 'By the number of distinct films that credit them; ties: nconst, ascending.',
    tag: 'Rankings',
    params: noParams,
    query: Type.Object({
      limit: limitParameter('persons', MAX_PERSONS),
      movies: limitParameter('top movies to look at', MAX_CREDIT_MOVIES),
      min_votes: minVotesParameter,
      adult: adultParameter,
    }),
    data: Type.Array(Type.Ref('CreditedPerson#')),
    dependsOn: () => 'titles',
    table: {
      name: 'top_movies_credits',
      columns: CREDITED_PERSON_COLUMNS,
      pages: (snapshot, { query: asked }) =>
        shortList(CREDITED_PERSON_COLUMNS, () => answerCredits(snapshot, asked.movies, asked.min_votes, asked.adult, asked.limit)),
    },
    answer: async (snapshot, { query: asked }) => ({
      data: await answerCredits(snapshot, asked.movies, asked.min_votes, asked.adult, asked.limit),
    }),
  });
};
