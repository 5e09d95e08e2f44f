/** `GET /movies/{id}/similar`: films that share people, genres and years with a title. */
import { Type } from 'typebox';

import { integerOrNull, movieFields, textOrNull } from '../answers/entities.ts';
import { fieldsParameter } from '../answers/paging.ts';
import { SIMILAR_TREND, similarMovies } from '../answers/similar-movies.ts';
import { TITLE_ID_SCHEMA } from '../answers/title-id.ts';
import { limitParameter } from '../answers/top-list.ts';
import { trendBucket } from '../answers/trend-windows.ts';
import type { AddDataRoute } from './route-definition.ts';
import { asOfParameter, faultsOfAsOf } from './trend-moment.ts';

const MAX_MOVIES = 50;
const OWN_FIELDS = ['score', 'parts', 'reasons'];

export const addSimilar = (add: AddDataRoute, now: () => number): void =>
  add({
    url: '/movies/:id/similar',
    operation: 'listSimilarMovies',
    summary: 'Films that are similar, each with the reasons',
    description:
      'Score: (people + genres + keywords + year) × rating × trend. People: a director counts twice what a writer, an actor or an actress does; whoever made many films counts less. Genres: a weighted Jaccard index; rare ones weigh more. Keywords: shared / (shared + 3). Year: 1 for the same, half for five years apart. Rating: a Bayesian average, as a share of ten points. Trend: 1 to 1.2, from the score in `/trending/movies?window=7d`. Compared are the films of its people (up to 1,000) and the most voted films of its genres within ten years (up to 200). Ties: more votes, then the id. A title of any type may be asked about; films that are not for adults only are answered.',
    tag: 'Films',
    params: Type.Object({ id: TITLE_ID_SCHEMA }),
    query: Type.Object({
      limit: limitParameter('films', MAX_MOVIES),
      as_of: asOfParameter('The moment whose trends count; now by default.'),
      fields: fieldsParameter([...Object.keys(movieFields), ...OWN_FIELDS]),
    }),
    check: ({ as_of }) => faultsOfAsOf(as_of, SIMILAR_TREND),
    data: Type.Object({
      id: Type.String({ format: 'uuid', description: 'The title that was asked about.' }),
      known: Type.Object(
        {
          people: Type.Integer({
            description: 'Directors, writers, actors and actresses who made other films; of each at most ten are looked at.',
          }),
          genres: Type.Array(Type.String()),
          keywords: Type.Integer({ description: 'How many.' }),
          year: integerOrNull('Year of release.'),
        },
        { description: 'What of it films are compared by.' },
      ),
      considered: Type.Integer({ description: 'How many films were compared with it.' }),
      note: textOrNull('Why there can be none; null where there can be some.'),
      movies: Type.Array(Type.Ref('SimilarMovie#'), { description: 'The most similar first.' }),
    }),
    // Any film may become one that is compared, and what genres count follows from all of them.
    dependsOn: ({ query: { as_of } }) => ({ activity: as_of === undefined ? trendBucket(SIMILAR_TREND, now()) : 0 }),
    answer: async (snapshot, { params: { id }, query: { limit, fields, as_of } }) => ({
      data: await similarMovies(snapshot, { id, limit, fields, asOfMs: as_of === undefined ? now() : Date.parse(as_of) }),
    }),
  });
