/** The day of a title that is asked about: what routes that explain one have in common. */
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

/** What an epoch of a partition says. */
export interface EpochPart<Value> {
  readonly epoch: number;
  readonly partition: string;
  readonly lastOffset: number;
  readonly value: Value;
}

/** Parts of buckets put together by epoch and partition, the oldest epoch first. */
export const byEpoch = <Value>(
  parts: Iterable<EpochPart<Value>>,
  merge: (one: Value, other: Value) => Value,
): readonly EpochPart<Value>[] => {
  const merged = new Map<string, EpochPart<Value>>();
  for (const part of parts) {
    const name = `${part.partition} ${part.epoch}`;
    const known = merged.get(name);
    merged.set(
      name,
      known === undefined
        ? part
        : { ...part, lastOffset: Math.max(known.lastOffset, part.lastOffset), value: merge(known.value, part.value) },
    );
  }
  return [...merged.values()].toSorted((a, b) => a.epoch - b.epoch || (a.partition < b.partition ? -1 : 1));
};
