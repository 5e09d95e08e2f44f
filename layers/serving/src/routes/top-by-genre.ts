/** `GET /top_movies_by_genre`: the best of each genre by average rating. */
import { foldText } from '@rushes/domain';
import { movieDocument, type TableCell } from '@rushes/views';
import { Type, type Static } from 'typebox';

import { type Adult, adultParameter } from '../answers/adult.ts';
import { arrayText, shownOf } from '../answers/documents.ts';
import { readGenres } from '../answers/genre-counts.ts';
import { requireKnownNames } from '../answers/known-names.ts';
import { FOLDED } from '../http/parameter.ts';
import { GENRE_MOVIE_COLUMNS } from '../answers/tables.ts';
import { rowsOfObjects } from '../answers/whole-list.ts';
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

const query = Type.Object({
  per_genre: Type.Integer({
    default: 5,
    minimum: 1,
    maximum: MAX_PER_GENRE,
    description: `How many movies of each genre, at most ${MAX_PER_GENRE}.`,
  }),
  min_votes: minVotesParameter,
  genre: Type.Optional(Type.String({ [FOLDED]: true, minLength: 1, maxLength: 50, description: 'Only this genre; case does not matter.' })),
  adult: adultParameter,
});

/** JSON texts, one for each genre that has such a movie. */
const bestOfEach = async (snapshot: Snapshot, asked: Static<typeof query>): Promise<readonly string[]> => {
  await requireKnownNames(snapshot.views, { genres: [{ parameter: 'genre', names: asked.genre === undefined ? [] : [asked.genre] }] });
  const genres = await genresAsked(snapshot, asked.genre);
  const texts = await Promise.all(genres.map((genre) => bestOf(snapshot, genre, asked.per_genre, asked.min_votes, asked.adult)));
  return texts.filter((text) => text !== undefined);
};

export const addTopByGenre = (add: AddDataRoute): void =>
  add({
    url: '/top_movies_by_genre',
    operation: 'listTopMoviesByGenre',
    summary: 'The best movies of each genre by average rating',
    description: 'Ties: more votes, then the id. Genres by name; one without such a movie is left out.',
    tag: 'Rankings',
    params: Type.Object({}),
    query,
    data: Type.Array(Type.Object({ genre: Type.String(), movies: Type.Array(Type.Ref('Movie#')) })),
    dependsOn: () => 'titles',
    table: {
      name: 'top_movies_by_genre',
      columns: GENRE_MOVIE_COLUMNS,
      pages: async function* (snapshot, { query: asked }) {
        for (const text of await bestOfEach(snapshot, asked)) {
          const { genre, movies } = JSON.parse(text) as { readonly genre: string; readonly movies: readonly Record<string, TableCell>[] }; // as: `bestOf`
          yield rowsOfObjects(
            GENRE_MOVIE_COLUMNS,
            movies.map((movie) => ({ ...movie, genre })),
          );
        }
      },
    },
    answer: async (snapshot, { query: asked }) => ({ data: arrayText(await bestOfEach(snapshot, asked)) }),
  });
