/** Parameters by which films are filtered, in lists and in searches alike. */
import { foldText } from '@rushes/domain';
import type { Condition } from '@rushes/ports';
import { Type } from 'typebox';

import { FOLDED } from '../http/parameter.ts';

const ALL_TYPES = 'all';
const DEFAULT_TYPES = ['movie'];

export const pointsParameter = (description: string) => Type.Optional(Type.Number({ minimum: 0, maximum: 10, description }));
export const yearParameter = (description: string) => Type.Optional(Type.Integer({ minimum: 1800, maximum: 2200, description }));

export const genreParameter = Type.Optional(
  Type.Array(Type.String({ minLength: 1, maxLength: 50 }), {
    [FOLDED]: true,
    maxItems: 5,
    description: 'A genre that the film must have (`/genres` lists them; case does not matter). Repeat it for several: all must match.',
  }),
);

export const genreConditions = (genres: readonly string[] = []): readonly Condition[] =>
  genres.map((genre) => ({ column: 'genre_keys', op: 'has', value: foldText(genre) }));

export const typeParameter = Type.Array(Type.String({ pattern: '^[A-Za-z]{1,30}$' }), {
  default: DEFAULT_TYPES,
  minItems: 1,
  maxItems: 10,
  style: 'form',
  explode: false,
  description: "IMDb's types of titles, separated by commas, or `all`. Case does not matter.",
});

/** The types that are named; `undefined`: all. */
export const namedTypes = (types: readonly string[]): readonly string[] | undefined =>
  types.some((type) => type.toLowerCase() === ALL_TYPES) ? undefined : types;
