/**
 * A view as batch and speed layer say together, with the interface of an artefact: whoever reads it need not know that there are two. Invariant: every
 * answer is what an artefact built from all rows would give. Lists are sorted reads of the artefact that skip changed keys, merged with the changed
 * rows' own sorted entries; counts subtract what changed rows counted before and add what they count now.
 */
import {
  type ArtefactReader,
  type ArtefactRow,
  type ListedRow,
  type ListPosition,
  type ListQuery,
  placeOrder,
  type Selection,
  type ViewRow,
} from '@rushes/ports';

import { type ChangedRows, placeOf } from './changed-rows.ts';
import { matcher, type RowIndex, selectFrom } from './layout-row.ts';
import { fixesColumn, type SortedList } from './sorted-list.ts';

/** Rows read from the artefact beyond those wanted, because some may be changed; more each time it was not enough. */
const FIRST_SPARE = 8;
const MAX_CHUNK = 2000;

export const mergedReader = (batch: ArtefactReader, changed: ChangedRows): ArtefactReader => {
  const { index } = changed;

  const standing = (key: string, select: Selection): { readonly row: ViewRow | undefined } | undefined => {
    const change = changed.get(key);
    return change && { row: change.now && selectFrom(index, change.now, select) };
  };

  /** Matching changed rows in the list's order. */
  const walkChanged = function* (list: SortedList, { where, after }: ListQuery): Generator<ArtefactRow> {
    const matches = matcher(
      index,
      where.filter((condition) => !fixesColumn(condition)),
    );
    for (const row of list.walk(after)) if (matches(row)) yield row;
  };

  const listMerged = async (query: ListQuery): Promise<readonly ListedRow[]> => {
    const order = placeOrder(query.sort);
    const own = walkChanged(await changed.list(query.where, query.sort), query);
    let head = own.next();
    const rows: ListedRow[] = [];
    const takeOwnBefore = (place: ListPosition | undefined): void => {
      while (head.done !== true && rows.length < query.limit) {
        const at = placeOf(index, head.value, query.sort);
        if (place !== undefined && order(at, place) > 0) return;
        rows.push({ ...selectFrom(index, head.value, query), sortValues: at.values });
        head = own.next();
      }
    };
    let after = query.after;
    for (let spare = Math.min(FIRST_SPARE, changed.size); rows.length < query.limit; spare *= 2) {
      const limit = Math.min(query.limit - rows.length + spare, Math.max(MAX_CHUNK, query.limit));
      const chunk = await batch.list({ ...query, limit, ...(after === undefined ? {} : { after }) });
      for (const row of chunk) {
        after = { values: row.sortValues, key: row.key };
        takeOwnBefore(after);
        if (rows.length === query.limit) return rows;
        if (changed.get(row.key) === undefined) rows.push(row);
      }
      if (chunk.length < limit) {
        takeOwnBefore(undefined);
        return rows;
      }
    }
    return rows;
  };

  return {
    layout: batch.layout,
    async get(key, select) {
      const own = standing(key, select);
      return own ? own.row : batch.get(key, select);
    },
    async lookup(column, value, select) {
      const key = changed.lookup(column, value);
      if (key !== undefined) return standing(key, select)?.row;
      const found = await batch.lookup(column, value, select);
      // Whoever had the value in the artefact and changed has another one now, or none.
      return found !== undefined && changed.get(found.key) !== undefined ? undefined : found;
    },
    async getMany(keys, select) {
      const unchanged = new Map(
        (
          await batch.getMany(
            keys.filter((key) => changed.get(key) === undefined),
            select,
          )
        ).map((row) => [row.key, row]),
      );
      return keys.flatMap((key) => {
        const own = standing(key, select);
        return (own ? own.row : unchanged.get(key)) ?? [];
      });
    },
    list: (query) => (changed.size === 0 ? batch.list(query) : listMerged(query)),
    count: async (where) => (await batch.count(where)) + changed.countDifference(where),
    // Its rows are found by words of their own, which changed rows do not have: `merged-search.ts` merges the one view that is searched.
    search: () => Promise.reject(new Error(`rows keyed by ${batch.layout.key} are not searched by words`)),
    close: () => batch.close(),
  };
};

/** All that an artefact has of the rows of these keys that exist, in the layout's order. */
export const readWholeRows = async (batch: ArtefactReader, { whole }: RowIndex, keys: readonly string[]): Promise<readonly ArtefactRow[]> =>
  (await batch.getMany(keys, whole)).map((row): ArtefactRow => [row.key, ...row.columns, ...row.documents]);
