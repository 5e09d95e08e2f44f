/** What a request to follow something asks for: its parameters, and what is wrong with them. Pure. */
import type { OffsetVector } from '@rushes/domain';
import { type Static, type TSchema, Type } from 'typebox';

import { TITLE_ID_PATTERN } from '../answers/title-id.ts';
import { isAccepted } from '../formats/negotiate.ts';
import { FOLDED } from '../http/parameter.ts';
import { badRequest, type Fault, Problem } from '../http/problem.ts';
import { parsePosition, POSITION_PATTERN } from '../merge/position.ts';
import { topMoviesRoute } from './top-movies.ts';

export const EVENT_STREAM = 'text/event-stream';

const MAX_MOVIES = 100;

const { limit, min_votes, adult, fields } = topMoviesRoute.query.properties;

/** A parameter of `/top_movies`, which is none of the others. */
const ofTopMovies = <Schema extends TSchema>(schema: Schema) => {
  const { default: fallback, description = '', ...facts } = schema as { readonly default?: string | number; readonly description?: string }; // as: keywords that it was declared with
  const byDefault = fallback === undefined ? '' : ` ${fallback} by default.`;
  return Type.Optional(Type.Unsafe<Static<Schema>>({ ...facts, description: `With \`view=top_movies\`: ${description}${byDefault}` }));
};

export const streamQuery = Type.Object({
  view: Type.Enum(['changes', 'top_movies'], {
    type: 'string',
    default: 'changes',
    description: 'What is followed: which titles changed, or an answer of `/top_movies`, told whole each time that it is another one.',
  }),
  since: Type.Optional(
    Type.String({
      maxLength: 400,
      pattern: POSITION_PATTERN,
      description:
        'With `view=changes`: a position to begin at, as in the header Rushes-Position; without it, where answers are now. Last-Event-ID comes before it.',
    }),
  ),
  movie_id: Type.Optional(
    Type.Array(Type.String({ pattern: TITLE_ID_PATTERN }), {
      maxItems: MAX_MOVIES,
      description: `With \`view=changes\`: only of this title, by any of its ids. Repeat it for several, at most ${MAX_MOVIES}.`,
    }),
  ),
  genre: Type.Optional(
    Type.String({
      [FOLDED]: true,
      minLength: 1,
      maxLength: 50,
      description: 'With `view=changes`: only of titles of this genre; case does not matter. Not together with `movie_id`.',
    }),
  ),
  limit: ofTopMovies(limit),
  min_votes: ofTopMovies(min_votes),
  adult: ofTopMovies(adult),
  fields: ofTopMovies(fields),
});

export type StreamQuery = Static<typeof streamQuery>;

const OF_CHANGES = ['since', 'movie_id', 'genre'] as const;
const OF_TOP_MOVIES = ['limit', 'min_votes', 'adult', 'fields'] as const;

/** Parameters that belong to something else than what is followed. */
export const checkStream = (query: Partial<StreamQuery>): readonly Fault[] => {
  const isChanges = query.view === 'changes';
  const others = query.view === undefined ? [] : isChanges ? OF_TOP_MOVIES : OF_CHANGES;
  const faults = others
    .filter((name) => query[name] !== undefined)
    .map((name): Fault => ({ in: 'query', name, detail: `goes with view=${isChanges ? 'top_movies' : 'changes'} alone` }));
  if (isChanges && query.genre !== undefined && query.movie_id !== undefined)
    faults.push({ in: 'query', name: 'genre', detail: 'must not be given together with movie_id' });
  return faults;
};

/** The query of `/top_movies` whose answer is followed. */
export const topMoviesOf = (raw: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(OF_TOP_MOVIES.filter((name) => raw[name] !== undefined).map((name) => [name, raw[name]]));

/**
 * Where a client wants to go on: after the last message that it saw, else where it says.
 * @throws Problem (400) for a header that is no position.
 */
export const wantedPosition = (lastEventId: string | undefined, since: string | undefined): OffsetVector | undefined => {
  const text = lastEventId ?? since;
  if (text === undefined) return undefined;
  const position = parsePosition(text);
  if (position === undefined)
    throw badRequest([
      {
        in: 'header',
        name: 'Last-Event-ID',
        detail: 'must be the id of a message of this stream, or a position as Rushes-Position tells one',
      },
    ]);
  return position;
};

/** @throws Problem (406) if the client takes no streams of events. */
export const requireEventStream = (accept: string | undefined): void => {
  if (!isAccepted(accept, EVENT_STREAM)) throw new Problem(406, `There is none of the media types of Accept here, only ${EVENT_STREAM}.`);
};
