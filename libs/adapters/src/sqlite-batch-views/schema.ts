import { columnType, maskColumn, type OrderIndex, orderExpression, type PhysicalLayout, quoted } from './physical-layout.ts';

/** The SQL that lays out an artefact's file. Indexes come after the rows: building them over sorted rows is several times faster. */

const SQL_TYPES = { text: 'TEXT', integer: 'INTEGER', boolean: 'INTEGER', text_set: 'TEXT' } as const;

export const tablesSql = ({ layout, columns, sets }: PhysicalLayout): string => {
  const entryColumns = [
    '_pos INTEGER PRIMARY KEY',
    '_partition INTEGER NOT NULL',
    ...sets.map((set) => `${quoted(maskColumn(set))} INTEGER NOT NULL`),
    ...columns.map((column) => `${quoted(column)} ${SQL_TYPES[columnType(layout, column) ?? 'text']}`),
  ];
  return `
    CREATE TABLE _meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE _partitions (code INTEGER PRIMARY KEY, value, rows INTEGER NOT NULL);
    CREATE TABLE _member_names (set_number INTEGER NOT NULL, code INTEGER NOT NULL, member TEXT NOT NULL, PRIMARY KEY (set_number, member)) WITHOUT ROWID;
    CREATE TABLE _members (set_number INTEGER NOT NULL, code INTEGER NOT NULL, _pos INTEGER NOT NULL, PRIMARY KEY (set_number, code, _pos)) WITHOUT ROWID;
    CREATE TABLE documents (${['_pos INTEGER PRIMARY KEY', ...layout.documents.map((name) => `${quoted(name)} TEXT`)].join(', ')});
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
