/** From a list's parameters to the store's query: keyset, the way the port orders rows. Pure. */
import type { ArtefactLayout, ColumnType, ListPosition, SortColumn } from '@rushes/ports';

import { decodeCursor, encodeCursor, listName } from './cursor.ts';
import type { Fault } from '../http/problem.ts';
import type { GivenParameter } from '../http/request-reader.ts';

/** A list that can be asked for in several orders. */
export interface ListKind {
  readonly path: string;
  readonly layout: ArtefactLayout;
  /** Column of each order, by the order's public name. */
  readonly sorts: Readonly<Record<string, string>>;
  /** The order without `sort`: descending, unless `desc` says otherwise. */
  readonly defaultSort: string;
}

/** The parameters that say which part of a list is wanted, and how; all others say which list. */
const PART_PARAMETERS: ReadonlySet<string> = new Set([
  'page_size',
  'cursor',
  'after_id',
  'count',
  'facets',
  'fields',
  'format',
  'csv_formulas',
]);

/** What of a list's query matters here. */
export interface PagedQuery {
  readonly sort?: string;
  readonly desc?: boolean;
  readonly cursor?: string;
  readonly after_id?: string;
}

const sortColumn = (kind: ListKind, sort: string): string => {
  const column = kind.sorts[sort];
  if (column === undefined) throw new Error(`${kind.path} has no order ${sort}`);
  return column;
};

const columnType = (layout: ArtefactLayout, column: string): ColumnType => layout.columns[column] ?? 'text';

const nameOf = (kind: ListKind, given: readonly GivenParameter[]): string =>
  listName([kind.path, ...given.filter(({ name }) => !PART_PARAMETERS.has(name)).map(({ text }) => text)].join('\n'));

/** Who names an order gets it ascending, as everywhere; who names none gets the most voted first. */
const orderOf = (kind: ListKind, { sort, desc }: PagedQuery) => ({ sort: sort ?? kind.defaultSort, desc: desc ?? sort === undefined });

export const sortOf = (kind: ListKind, query: PagedQuery): readonly SortColumn[] => {
  const { sort, desc } = orderOf(kind, query);
  return [{ column: sortColumn(kind, sort), desc }];
};

/** The order in full, or not at all where it is the default. */
export const orderNormalForm = (kind: ListKind, query: PagedQuery, given: readonly GivenParameter[]): readonly GivenParameter[] => {
  const { sort, desc } = orderOf(kind, query);
  const others = given.filter(({ name }) => name !== 'sort' && name !== 'desc');
  if (sort === kind.defaultSort && desc) return others;
  return [...others, { name: 'sort', text: `sort=${sort}` }, ...(desc ? [{ name: 'desc', text: 'desc=true' }] : [])];
};

const readCursor = (kind: ListKind, cursor: string, sort = kind.defaultSort) =>
  decodeCursor(cursor, [columnType(kind.layout, sortColumn(kind, sort))]);

/** Faults of `cursor` and `after_id`. The query may lack parameters that are faulty themselves. */
export const checkPlace = (kind: ListKind, query: Partial<PagedQuery>, given: readonly GivenParameter[] | undefined): readonly Fault[] => {
  const faults: Fault[] = [];
  if (query.cursor !== undefined && query.after_id !== undefined) {
    faults.push({ in: 'query', name: 'after_id', detail: 'must not be given together with cursor' });
  }
  if (query.cursor !== undefined && given !== undefined) {
    const read = readCursor(kind, query.cursor, query.sort);
    // A cursor of another order fails to read if that order's values have another type: the advice is the same.
    if (read === undefined || read.list !== nameOf(kind, given)) {
      faults.push({
        in: 'query',
        name: 'cursor',
        detail: 'is garbled or belongs to another list: use it with the sort and filters it was given out for',
      });
    }
  }
  return faults;
};

/** Where the page begins, by its cursor. The cursor has been checked. */
export const placeOf = (kind: ListKind, query: PagedQuery): ListPosition | undefined =>
  query.cursor === undefined ? undefined : readCursor(kind, query.cursor, query.sort)?.position;

/** Path and query of the page after `last`. */
export const nextPage = (kind: ListKind, given: readonly GivenParameter[], last: ListPosition): string => {
  const texts = given.filter(({ name }) => name !== 'cursor' && name !== 'after_id').map(({ text }) => text);
  return `${kind.path}?${[...texts, `cursor=${encodeCursor(nameOf(kind, given), last)}`].join('&')}`;
};
