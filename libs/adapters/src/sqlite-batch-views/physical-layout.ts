import type { ArtefactLayout, SortIndex } from '@rushes/ports';
import { columnType } from '../artefact-checks/column-type.ts';
import { ArtefactFaultError } from '../artefact-checks/artefact-fault.ts';

/**
 * How a layout lies in an artefact's file:
 *
 * - `entries`: one row per row, `_pos` ascending exactly as the key does, so that an order by `_pos` is the order by key; documents stand behind the
 *   columns, so that a scan need not read long ones;
 * - `_members`: (set, member, `_pos`) of the sets that lists filter on, `_member_names` their dictionary. A set's first 48 members also have a bit in
 *   the entry's mask;
 * - `_partitions`: the partition column's values, numbered; each sort index begins with the number;
 * - `_search`: the words by which rows are searched, if they are (`word-index.ts`).
 *
 * Indexes order nulls last by themselves: an ascending one holds an empty blob for a null (after every text and number), a descending one minus
 * infinity (before every text and number).
 */

export const POSITION_STEP = 2 ** 20;
export const MASK_BITS = 48;
export const FORMAT = 2;

export interface OrderIndex {
  readonly name: string;
  /** The columns that the index is ordered by. */
  readonly lead: readonly string[];
  readonly desc: boolean;
  /** Further columns, and sets by their masks, that conditions can be checked on without the row itself. */
  readonly covered: readonly string[];
  readonly masks: readonly string[];
}

export interface PhysicalLayout {
  readonly layout: ArtefactLayout;
  /** Key first, then the columns, in the layout's order. */
  readonly columns: readonly string[];
  /** The sets that have masks and member rows. */
  readonly sets: readonly string[];
  readonly orders: readonly OrderIndex[];
}

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,62}$/;

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const maskColumn = (set: string): string => `_mask_${set}`;
export const documentColumn = (document: string): string => `_doc_${document}`;

/** The expression by which `column` is ordered in one direction with nulls last. Indexes hold the same expression, letter for letter. */
export const orderExpression = (column: string, desc: boolean): string =>
  desc ? `ifnull(e.${quoted(column)},-9e999)` : `ifnull(e.${quoted(column)},x'')`;

/** What a null is in `orderExpression`. */
export const nullInOrder = (desc: boolean): string => (desc ? '-9e999' : "x''");

const directionsOf = (sort: SortIndex): readonly boolean[] =>
  sort.directions === 'both' ? [false, true] : [sort.directions === 'descending'];

const checkNames = (layout: ArtefactLayout): void => {
  const entryNames = [layout.key, ...Object.keys(layout.columns)];
  for (const names of [entryNames, layout.documents]) {
    const seen = new Set<string>();
    for (const name of names) {
      if (!NAME.test(name))
        throw new ArtefactFaultError(`a column cannot be named ${JSON.stringify(name)}: letters, digits and _ only, a letter first`);
      if (seen.has(name.toLowerCase())) throw new ArtefactFaultError(`two columns are named ${name} (upper and lower case are one)`);
      seen.add(name.toLowerCase());
    }
  }
  if (layout.partition !== undefined && columnType(layout, layout.partition) === 'text_set') {
    throw new ArtefactFaultError(`the layout cannot be partitioned by the set ${layout.partition}`);
  }
  const used = [
    layout.lookups,
    layout.filters,
    ...layout.sorts.map((sort) => sort.columns),
    layout.partition === undefined ? [] : [layout.partition],
    layout.search ?? [],
  ].flat();
  for (const name of used) {
    if (columnType(layout, name) === undefined) throw new ArtefactFaultError(`the layout uses a column ${name} that it does not declare`);
  }
};

/** Tables and indexes for a layout. Throws `ArtefactFaultError` if names cannot be used or are not declared. */
export const physicalLayout = (layout: ArtefactLayout): PhysicalLayout => {
  checkNames(layout);
  const filters = layout.filters.filter((column) => column !== layout.partition && column !== layout.key);
  const sets = filters.filter((column) => columnType(layout, column) === 'text_set');
  const compact = filters.filter((column) => columnType(layout, column) === 'integer' || columnType(layout, column) === 'boolean');
  const sortOrders = layout.sorts.flatMap((sort, number) =>
    directionsOf(sort).map((desc): OrderIndex => ({
      name: `sort_${number}_${sort.columns[0]}_${desc ? 'desc' : 'asc'}`,
      lead: sort.columns,
      desc,
      covered: compact.filter((column) => !sort.columns.includes(column)),
      masks: sets,
    })),
  );
  const unsorted = filters.filter(
    (column) => columnType(layout, column) !== 'text_set' && !sortOrders.some((order) => order.lead[0] === column),
  );
  const filterOrders = unsorted.map((column): OrderIndex => ({
    name: `filter_${column}`,
    lead: [column],
    desc: false,
    covered: compact.filter((other) => other !== column),
    masks: sets,
  }));
  return { layout, columns: [layout.key, ...Object.keys(layout.columns)], sets, orders: [...sortOrders, ...filterOrders] };
};

/** The SQL that lays out an artefact's file. Indexes come after the rows: building them over sorted rows is several times faster. */

const SQL_TYPES = { text: 'TEXT', integer: 'INTEGER', boolean: 'INTEGER', text_set: 'TEXT' } as const;

export const tablesSql = ({ layout, columns, sets }: PhysicalLayout): string => {
  const entryColumns = [
    '_pos INTEGER PRIMARY KEY',
    '_partition INTEGER NOT NULL',
    ...sets.map((set) => `${quoted(maskColumn(set))} INTEGER NOT NULL`),
    ...columns.map((column) => `${quoted(column)} ${SQL_TYPES[columnType(layout, column) ?? 'text']}`),
    ...layout.documents.map((name) => `${quoted(documentColumn(name))} TEXT`),
  ];
  return `
    CREATE TABLE _meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE _partitions (code INTEGER PRIMARY KEY, value, rows INTEGER NOT NULL);
    CREATE TABLE _member_names (set_number INTEGER NOT NULL, code INTEGER NOT NULL, member TEXT NOT NULL, PRIMARY KEY (set_number, member)) WITHOUT ROWID;
    CREATE TABLE _members (set_number INTEGER NOT NULL, code INTEGER NOT NULL, _pos INTEGER NOT NULL, PRIMARY KEY (set_number, code, _pos)) WITHOUT ROWID;
    CREATE TABLE entries (${entryColumns.join(', ')});
  `;
};

const KEY_INDEX = '_key';
const lookupIndex = (column: string): string => `lookup_${column}`;

const orderSql = (order: OrderIndex): string => {
  const parts = [
    '_partition',
    // an index's own expressions cannot name the table
    ...order.lead.map((column) => orderExpression(column, order.desc).replace('(e.', '(') + (order.desc ? ' DESC' : '')),
    '_pos',
    ...order.covered.map(quoted),
    ...order.masks.map((set) => quoted(maskColumn(set))),
  ];
  return `CREATE INDEX ${quoted(order.name)} ON entries (${parts.join(', ')})`;
};

/** Unique indexes first: what they refuse is refused before the long ones are built. */
export const indexesSql = ({ layout, orders }: PhysicalLayout): readonly string[] => [
  `CREATE UNIQUE INDEX ${KEY_INDEX} ON entries (${quoted(layout.key)})`,
  ...layout.lookups.map((column) => `CREATE UNIQUE INDEX ${quoted(lookupIndex(column))} ON entries (${quoted(column)})`),
  ...orders.map(orderSql),
];

/** A connection that only fills a file nobody else looks at: no journal, no waiting for the disk. A crash leaves a file that is thrown away. */
export const FILLING = 'PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768;';

/** Larger pages than SQLite's own: rows of some hundred bytes fill them better. */
export const PAGES = 'PRAGMA page_size = 8192;';
