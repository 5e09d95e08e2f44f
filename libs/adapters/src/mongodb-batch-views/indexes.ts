/**
 * The indexes of an artefact, from its layout. An order's index begins with the partition, if there is one, and ends with the key, so that it gives pages
 * without sorting; ascending it is over the fields in which nulls are last.
 */
import type { ArtefactLayout, SortIndex } from '@rushes/ports';
import type { Collection, IndexDescription } from 'mongodb';

import { within } from '../mongodb-server/deadline.ts';
import { duplicateValues, isDuplicate } from '../mongodb-server/failures.ts';
import { ascendingField, fieldOf, type StoredRow, WORDS_FIELD } from './stored-row.ts';

/** MongoDB's bound is 64. */
const MOST_INDEXES = 60;

const directionsOf = ({ directions }: SortIndex): readonly (1 | -1)[] =>
  directions === 'both' ? [1, -1] : [directions === 'ascending' ? 1 : -1];

/** @throws RangeError if they are too many. */
export const indexesOf = (layout: ArtefactLayout): readonly IndexDescription[] => {
  const { key, partition, sorts, lookups, filters } = layout;
  const first: Readonly<Record<string, 1>> = partition === undefined || partition === key ? {} : { [partition]: 1 };
  const orders = sorts.flatMap((sort) =>
    directionsOf(sort).map((direction): Record<string, 1 | -1> => {
      const order: Record<string, 1 | -1> = { ...first };
      for (const column of sort.columns)
        order[direction === 1 && column !== key ? ascendingField(column) : fieldOf(layout, column)] ??= direction;
      order['_id'] ??= 1;
      return order;
    }),
  );
  const filtered = filters
    .filter((column) => column !== key && column !== partition)
    .map((column) => ({ [column]: 1 as const, _id: 1 as const }));
  const indexes: readonly IndexDescription[] = [
    ...lookups.map((column, n): IndexDescription => ({ name: `unique_${n}`, key: { [column]: 1 }, unique: true, sparse: true })),
    ...orders.map((order, n): IndexDescription => ({ name: `order_${n}`, key: order })),
    ...(Object.keys(first).length === 0 ? [] : [{ name: 'partition', key: { ...first, _id: 1 } } satisfies IndexDescription]),
    ...filtered.map((index, n): IndexDescription => ({ name: `filter_${n}`, key: index })),
    ...(layout.search === undefined ? [] : [{ name: 'words', key: { [WORDS_FIELD]: 1 } } satisfies IndexDescription]),
  ];
  if (indexes.length > MOST_INDEXES)
    throw new RangeError(`a layout asks for ${indexes.length} indexes: MongoDB takes ${MOST_INDEXES} beside its own`);
  return indexes;
};

/** Of the values that a lookup has twice, as the server names them. */
const sameLookup = (values: readonly unknown[], message: string): RangeError =>
  new RangeError(`a value of a lookup column repeats: ${values.map((value) => JSON.stringify(value)).join(', ') || message}`);

/** Builds all of them by one pass of the server over the rows. @throws RangeError if a lookup's value repeats; the driver's errors. */
export const buildIndexes = async (
  collection: Collection<StoredRow>,
  layout: ArtefactLayout,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> => {
  const indexes = indexesOf(layout);
  if (indexes.length === 0) return;
  try {
    await within(timeoutMs, signal, (ends) => collection.createIndexes([...indexes], ends));
  } catch (error) {
    throw isDuplicate(error) ? sameLookup(duplicateValues(error), error.message) : error;
  }
};
