/**
 * A whole list as rows of a table, page by page from one reader. Invariants: a page is read when it is asked for, and begins behind the last row of the page
 * before; so no row is missed or repeated, and no more than a page is in memory.
 */
import type { ArtefactReader, Condition, ListPosition, SortColumn } from '@rushes/ports';
import type { TableCell } from '@rushes/views';

import type { Column, TableRow } from '../formats/column.ts';
import { shownOf } from './documents.ts';

/** What one page of the JSON list may have too. */
const FIRST_ROWS = 1000;
/** Where every page costs a look at the whole artefact, as for an order without an index, few large pages do. */
const MOST_ROWS = 16_000;
/** A page that took longer was no cheap one. */
const SLOW_MS = 100;

/** @param cells the values of a title from its key and the document `shown`. */
export const wholeList = async function* (
  titles: ArtefactReader,
  where: readonly Condition[],
  sort: readonly SortColumn[],
  cells: (key: string, shown: string) => TableRow,
): AsyncGenerator<readonly TableRow[]> {
  let after: ListPosition | undefined;
  for (let limit = FIRST_ROWS; ;) {
    const begunMs = performance.now();
    const found = await titles.list({ where, sort, limit, documents: ['shown'], ...(after === undefined ? {} : { after }) });
    const tookMs = performance.now() - begunMs;
    const last = found.at(-1);
    if (last !== undefined) yield found.map((row) => cells(row.key, shownOf(row)));
    if (last === undefined || found.length < limit) return;
    after = { values: last.sortValues, key: last.key };
    if (tookMs > SLOW_MS) limit = Math.min(MOST_ROWS, 2 * limit);
  }
};

type JsonObject = Readonly<Record<string, TableCell | undefined>>;

/** JSON objects as rows: of each, the columns' members. */
export const rowsOfObjects = (columns: readonly Column[], objects: readonly JsonObject[]): readonly TableRow[] =>
  objects.map((object) => columns.map(({ name }) => object[name] ?? null));

/** The rows of a list that is short by nature, from its JSON text. */
export const shortList = async function* (columns: readonly Column[], read: () => Promise<string>): AsyncGenerator<readonly TableRow[]> {
  yield rowsOfObjects(columns, JSON.parse(await read()) as readonly JsonObject[]); // as: the list that the text is of
};
