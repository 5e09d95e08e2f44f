/** `GET /movies/{id}/similar`: films that share people, genres and years with a title. */
import { Type } from 'typebox';

import { integerOrNull, movieFields, textOrNull } from '../answers/entities.ts';
import { fieldsParameter } from '../answers/paging.ts';
import { similarMovies } from '../answers/similar-movies.ts';
import { TITLE_ID_SCHEMA } from '../answers/title-id.ts';
import { limitParameter } from '../answers/top-list.ts';
import type { AddDataRoute } from './route-definition.ts';

const MAX_MOVIES = 50;
const OWN_FIELDS = ['score', 'parts', 'reasons'];

export const addSimilar = (add: AddDataRoute): void =>
  add({
    url: '/movies/:id/similar',
    operation: 'listSimilarMovies',
    summary: 'Films that are similar, each with the reasons',
    description:
      'Score: (people + genres + year) × rating. People: directors count twice what writers, actors and actresses do; whoever made many films counts less. Genres: weighted Jaccard index, rare genres weigh more. Year: 1 for the same, half for five years apart. Rating: a Bayesian average. Compared are the films of its people (up to 1,000) and the most voted films of its genres within ten years (up to 200). Ties: more votes, then the id. Titles of any type may be asked about; films that are not for adults only are shown.',
    tag: 'Films',
    params: Type.Object({ id: TITLE_ID_SCHEMA }),
    query: Type.Object({
      limit: limitParameter('films', MAX_MOVIES),
      fields: fieldsParameter([...Object.keys(movieFields), ...OWN_FIELDS]),
    }),
    data: Type.Object({
      id: Type.String({ format: 'uuid', description: 'The title that was asked about.' }),
      known: Type.Object(
        {
          people: Type.Integer({ description: 'Directors, writers, actors and actresses who made other films; of each at most ten are looked at.' }),
          genres: Type.Array(Type.String()),
          year: integerOrNull('Year of release.'),
        },
        { description: 'What of it films are compared by.' },
      ),
      considered: Type.Integer({ description: 'How many films were compared with it.' }),
      note: textOrNull('Why there can be none; null where there can be some.'),
      movies: Type.Array(Type.Ref('SimilarMovie#'), { description: 'The most similar first.' }),
    }),
    // Any film may become a candidate, and what genres weigh follows from all films.
    dependsOn: () => 'titles',
    answer: async ({ views }, { params: { id }, query: { limit, fields } }) => ({ data: await similarMovies(views, id, limit, fields) }),
  });
