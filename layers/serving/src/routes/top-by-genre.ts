/** `GET /top_movies_by_genre`: the best of each genre by average rating. */
import { foldText } from '@rushes/domain';
import { movieDocument } from '@rushes/views';
import { Type } from 'typebox';

import { type Adult, adultParameter } from '../answers/adult.ts';
import { arrayText, shownOf } from '../answers/documents.ts';
import { readGenres } from '../answers/genre-counts.ts';
import { requireKnownNames } from '../answers/known-names.ts';
import { FOLDED } from '../http/parameter.ts';
import type { AddDataRoute } from './route-definition.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { minVotesParameter, rankable } from '../answers/top-list.ts';

const MAX_PER_GENRE = 100;

const BEST_FIRST = [
  { column: 'rating', desc: true },
  { column: 'votes', desc: true },
] as const;

const genresAsked = async ({ views }: Snapshot, asked: string | undefined): Promise<readonly string[]> => {
  const names = (await readGenres(views)).map(({ genre }) => genre);
  return asked === undefined ? names : [names.find((name) => foldText(name) === foldText(asked)) ?? asked];
};

/** JSON text of a genre with its best movies; `undefined` if it has none. */
const bestOf = async ({ views }: Snapshot, genre: string, limit: number, minVotes: number, adult: Adult): Promise<string | undefined> => {
  const where = [...rankable(minVotes, adult), { column: 'genre_keys', op: 'has', value: foldText(genre) } as const];
  const rows = await views.titles.list({ where, sort: BEST_FIRST, limit, documents: ['shown'] });
  if (rows.length === 0) return undefined;
  return `{"genre":${JSON.stringify(genre)},"movies":${arrayText(rows.map((row) => movieDocument(row.key, shownOf(row))))}}`;
};

export const addTopByGenre = (add: AddDataRoute): void =>
  add({
    url: '/top_movies_by_genre',
    operation: 'listTopMoviesByGenre',
    summary: 'The best movies of each genre by average rating',
    description: 'Ties: more votes, then the id. Genres by name; one without such a movie is left out.',
    tag: 'Rankings',
    params: Type.Object({}),
    query: Type.Object({
      per_genre: Type.Integer({
        default: 5,
        minimum: 1,
        maximum: MAX_PER_GENRE,
        description: `How many movies of each genre, at most ${MAX_PER_GENRE}.`,
      }),
      min_votes: minVotesParameter,
      genre: Type.Optional(
        Type.String({ [FOLDED]: true, minLength: 1, maxLength: 50, description: 'Only this genre; case does not matter.' }),
      ),
      adult: adultParameter,
    }),
    data: Type.Array(Type.Object({ genre: Type.String(), movies: Type.Array(Type.Ref('Movie#')) })),
    dependsOn: () => 'titles',
    answer: async (snapshot, { query: asked }) => {
      await requireKnownNames(snapshot.views, { genres: [{ parameter: 'genre', names: asked.genre === undefined ? [] : [asked.genre] }] });
      const genres = await genresAsked(snapshot, asked.genre);
      const texts = await Promise.all(genres.map((genre) => bestOf(snapshot, genre, asked.per_genre, asked.min_votes, asked.adult)));
      return { data: arrayText(texts.filter((text) => text !== undefined)) };
    },
  });
