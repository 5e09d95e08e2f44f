/** Adult titles (`isAdult` in IMDb's files): lists and rankings leave them out unless they are asked for. Pure. */
import { foldText } from '@rushes/domain';
import type { Condition } from '@rushes/ports';
import { ADULT_KIND, FIRST_ORDINARY_KIND } from '@rushes/views';
import { Type, type Static } from 'typebox';

export const adultParameter = Type.Enum(['exclude', 'include', 'only'], {
  type: 'string',
  default: 'exclude',
  description: 'Titles that IMDb marks as for adults only: left out, among the others, or these alone.',
});

export type Adult = Static<typeof adultParameter>;

/** The kinds of titles of these types, as the view `titles` holds them. */
export const kindsOf = (types: readonly string[], adult: Adult): readonly string[] => {
  const folded = [...new Set(types.map(foldText))];
  return [...(adult === 'only' ? [] : folded), ...(adult === 'exclude' ? [] : folded.map((type) => ADULT_KIND + type))];
};

/** @param types of titles; `undefined`: all. */
export const kindConditions = (types: readonly string[] | undefined, adult: Adult): readonly Condition[] => {
  if (types === undefined) {
    if (adult === 'include') return [];
    return [{ column: 'kind', op: adult === 'exclude' ? 'gte' : 'lt', value: FIRST_ORDINARY_KIND }];
  }
  const [kind, ...others] = kindsOf(types, adult);
  if (kind === undefined) return [];
  return [others.length === 0 ? { column: 'kind', op: 'eq', value: kind } : { column: 'kind', op: 'in', value: [kind, ...others] }];
};
