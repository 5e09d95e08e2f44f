/** Where a recompute begins: with the states of the archive's opening balance, and what has to be known of the records before the first one after it. */
import { offsetAt, type PartitionId } from '@rushes/domain';

import { openArchivedRanges } from '../archive/archived-records.ts';
import { type Archive, type Opening } from '../archive/opening.ts';
import type { RunContext } from '../context/run-context.ts';
import { isOf, keyedName } from '../events/keyed-tables.ts';
import type { KeyedView } from '@rushes/views';
import { type RecomputeStart, viewsOf } from './recompute.ts';
import { storedStates } from './stored-states.ts';

const OPENING = 'scratch.opening_states';

/** The states of one partition's movies, by view and key. Views that are defined otherwise by now are left out. */
const statesOf = async (run: RunContext, opening: Opening, partition: PartitionId): Promise<RecomputeStart['states']> => {
  const states = new Map<string, Map<string, unknown>>();
  for (const view of viewsOf(partition)) {
    const table = opening.tables.find(({ name }) => name === keyedName(view));
    if (!table || !isOf(view, table)) continue;
    await run.engine.defineTable({ ...table, name: OPENING });
    const keys = new Map<string, unknown>();
    for await (const [key, state] of storedStates(run.engine, view, { name: OPENING, rows: table.rows }, partition, run.signal))
      keys.set(key, state);
    states.set(view.storedName, keys);
  }
  return states;
};

/** Whether a recompute that begins there knows all of a view's states: not those of before, if the view is defined otherwise since. */
export const isCompared = (view: KeyedView, start: RecomputeStart | undefined): boolean => !start || start.states.has(view.storedName);

/** @returns `undefined` where the archive has everything from the first event on. */
export const startAt = async (
  run: RunContext,
  archive: Archive,
  partition: PartitionId,
  cut: number,
): Promise<RecomputeStart | undefined> => {
  if (!archive.opening) return undefined;
  const from = offsetAt(archive.opening.cut, partition);
  const [range] = await openArchivedRanges(run, archive, [{ partition, from, to: Math.max(from, cut) }]);
  return range && { states: await statesOf(run, archive.opening, partition), range };
};
