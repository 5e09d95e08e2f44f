/** By how much changed rows change a count of an artefact. Persistent: a change makes another. */
import type { ArtefactRow, Condition } from '@rushes/ports';

import { matcher, type RowIndex } from './layout-row.ts';
import type { RowChange } from './sorted-list.ts';

export interface CountedChange extends RowChange {
  /** The artefact's row that does not count any more from this change on. */
  readonly hidden: ArtefactRow | undefined;
}

export interface CountDifference {
  readonly value: number;
  with(changes: readonly CountedChange[]): CountDifference;
}

/** The difference without any change. */
export const differenceOf = (index: RowIndex, where: readonly Condition[]): CountDifference => {
  const matches = matcher(index, where);
  const counted = (row: ArtefactRow | undefined): number => (row !== undefined && matches(row) ? 1 : 0);
  const difference = (value: number): CountDifference => ({
    value,
    with: (changes) => {
      let next = value;
      for (const { hidden, old, now } of changes) next += counted(now) - counted(old) - counted(hidden);
      return difference(next);
    },
  });
  return difference(0);
};
