/** The day of a title that is asked about: the parameters of routes that explain one. */
import { Type } from 'typebox';

import { instantFault } from '../answers/instant.ts';
import { TITLE_ID_SCHEMA } from '../answers/title-id.ts';
import type { Fault } from '../http/problem.ts';

export const EXPLAINED_DAY = Type.Object({
  movie_id: TITLE_ID_SCHEMA,
  date: Type.String({
    format: 'date',
    pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
    description: 'The day, such as 2026-03-01.',
    examples: ['2026-03-01'],
  }),
});

/** Days that the calendar does not have. */
export const explainedDayFaults = ({ date }: { readonly date?: string | undefined }): readonly Fault[] => {
  const fault = date === undefined ? undefined : instantFault(`${date}T00:00:00Z`);
  return fault === undefined ? [] : [{ in: 'query', name: 'date', detail: fault }];
};
