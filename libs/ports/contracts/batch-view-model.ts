/**
 * What a batch-view store has to answer, computed the plain way from rows in memory; and random layouts, rows and queries to ask it.
 * Uses nothing of any adapter's.
 */
import {
  type ArtefactLayout,
  type ArtefactRow,
  type CellValue,
  type Condition,
  type ListedRow,
  type ListPosition,
  type ListQuery,
  SET_SEPARATOR,
  type SortColumn,
} from '@rushes/ports';
import * as fc from 'fast-check';

const columnNames = (layout: ArtefactLayout): string[] => [layout.key, ...Object.keys(layout.columns)];

const cellOf = (layout: ArtefactLayout, row: ArtefactRow, column: string): CellValue => row[columnNames(layout).indexOf(column)] ?? null;

export const keyOf = (row: ArtefactRow): string => String(row[0]);

const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const compareValues = (a: CellValue, b: CellValue): number =>
  typeof a === 'string' && typeof b === 'string' ? compareBytes(a, b) : Number(a) - Number(b);

const holds = (value: CellValue, condition: Condition): boolean => {
  if (condition.op === 'missing') return value === null;
  if (value === null) return false;
  switch (condition.op) {
    case 'eq':
      return value === condition.value;
    case 'in':
      return condition.value.some((one) => one === value);
    case 'lt':
      return compareValues(value, condition.value) < 0;
    case 'lte':
      return compareValues(value, condition.value) <= 0;
    case 'gt':
      return compareValues(value, condition.value) > 0;
    case 'gte':
      return compareValues(value, condition.value) >= 0;
    case 'contains':
      return String(value).includes(condition.value);
    case 'has':
      return String(value).split(SET_SEPARATOR).includes(condition.value);
    case 'hasAny':
      return String(value)
        .split(SET_SEPARATOR)
        .some((member) => condition.value.includes(member));
  }
};

export const matching = (layout: ArtefactLayout, rows: readonly ArtefactRow[], where: readonly Condition[]): ArtefactRow[] =>
  rows.filter((row) => where.every((condition) => holds(cellOf(layout, row, condition.column), condition)));

/** Where a row stands in a list. */
const placeOf = (layout: ArtefactLayout, row: ArtefactRow, sort: readonly SortColumn[]): ListPosition => ({
  values: sort.map(({ column }) => cellOf(layout, row, column)),
  key: keyOf(row),
});

export const comparePlaces = (a: ListPosition, b: ListPosition, sort: readonly SortColumn[]): number => {
  for (const [n, { desc }] of sort.entries()) {
    const left = a.values[n] ?? null;
    const right = b.values[n] ?? null;
    if (left === null || right === null) {
      if (left !== right) return left === null ? 1 : -1;
      continue;
    }
    const order = compareValues(left, right);
    if (order !== 0) return desc ? -order : order;
  }
  return compareBytes(a.key, b.key);
};

/** The whole answer to a query, its limit and what it selects included. */
export const expectedList = (layout: ArtefactLayout, rows: readonly ArtefactRow[], query: ListQuery): ListedRow[] => {
  const { after, sort } = query;
  const listed = matching(layout, rows, query.where)
    .map((row) => ({ row, place: placeOf(layout, row, sort) }))
    .filter(({ place }) => after === undefined || comparePlaces(place, after, sort) > 0)
    .toSorted((a, b) => comparePlaces(a.place, b.place, sort))
    .slice(0, query.limit);
  const documentsAt = columnNames(layout).length;
  return listed.map(({ row, place }) => ({
    key: place.key,
    columns: (query.columns ?? []).map((column) => cellOf(layout, row, column)),
    documents: (query.documents ?? []).map((name) => {
      const document = row[documentsAt + layout.documents.indexOf(name)] ?? null;
      return document === null ? null : String(document);
    }),
    sortValues: place.values,
  }));
};

const columns = {
  kind: 'text',
  name: 'text',
  n: 'integer',
  m: 'integer',
  flag: 'boolean',
  tags: 'text_set',
  people: 'text_set',
  code: 'text',
} as const;

/** One layout that uses all there is, one without a partition, one that declares nothing beyond its columns. */
export const LAYOUTS: readonly ArtefactLayout[] = [
  {
    key: 'id',
    columns,
    documents: ['doc', 'other'],
    lookups: ['code'],
    partition: 'kind',
    sorts: [
      { columns: ['n'], directions: 'both' },
      { columns: ['name'], directions: 'both' },
      { columns: ['n', 'm'], directions: 'both' },
      { columns: ['name', 'flag', 'n'], directions: 'both' },
      { columns: ['m'], directions: 'descending' },
      { columns: ['flag'], directions: 'ascending' },
    ],
    filters: ['kind', 'tags', 'n', 'm', 'flag', 'name'],
  },
  {
    key: 'id',
    columns,
    documents: ['doc', 'other'],
    lookups: ['code'],
    sorts: [{ columns: ['n', 'name'], directions: 'both' }],
    filters: ['tags', 'people', 'm', 'kind'],
  },
  { key: 'id', columns, documents: ['doc', 'other'], lookups: [], sorts: [], filters: [] },
];

/** Letters that show whether bytes are compared: U+FF5E stands before U+1F3AC in UTF-8, behind it in UTF-16. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'B', 'é', '\uff5e', '\u{1f3ac}', "'", '"', '%', ' '), maxLength: 3 });
const small = fc.integer({ min: -2, max: 3 });
const tags = ['x', 'y', 'z', 'long tag', 'é'];
const set = (members: readonly string[]): fc.Arbitrary<string> => fc.subarray([...members]).map((chosen) => chosen.join(SET_SEPARATOR));
const orNull = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(arbitrary, { nil: null, freq: 3 });
const kinds = fc.constantFrom('film', 'short', 'a"b');

/** Rows with distinct keys, in the order of their keys. Ties, nulls, empty texts and letters beyond ASCII are frequent. */
export const artefactRows = (most: number): fc.Arbitrary<ArtefactRow[]> =>
  fc
    .uniqueArray(
      fc.tuple(
        fc.string({ unit: fc.constantFrom('a', 'b', 'Z', '0', 'é', '\uff5e', '\u{1f3ac}'), minLength: 1, maxLength: 5 }),
        fc.tuple(
          orNull(kinds),
          orNull(text),
          orNull(small),
          orNull(fc.oneof(small, fc.maxSafeInteger())),
          orNull(fc.boolean()),
          orNull(set(tags)),
          orNull(set(['p', 'q'])),
        ),
        fc.tuple(orNull(fc.json({ maxDepth: 1 })), orNull(text)),
      ),
      { selector: ([key]) => key, maxLength: most, size: 'max' },
    )
    .map((rows) =>
      rows
        .map(([key, values, documents], n): ArtefactRow => [key, ...values, n % 4 === 0 ? null : `code ${key}`, ...documents])
        .toSorted((a, b) => compareBytes(keyOf(a), keyOf(b))),
    );

const comparison = fc.constantFrom('lt', 'lte', 'gt', 'gte');

const anyCondition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ column: fc.constant('kind'), op: fc.constant('eq'), value: fc.oneof(kinds, fc.constant('none')) }),
  fc.record({ column: fc.constant('kind'), op: fc.constant('in'), value: fc.subarray(['film', 'short', 'a"b', 'none']) }),
  fc.record({ column: fc.constantFrom('name', 'id'), op: fc.constant('in'), value: fc.array(text, { maxLength: 3 }) }),
  fc.record({ column: fc.constantFrom('name', 'kind', 'id', 'code'), op: fc.oneof(comparison, fc.constant('eq')), value: text }),
  fc.record({ column: fc.constantFrom('n', 'm'), op: fc.oneof(comparison, fc.constant('eq')), value: fc.oneof(small, fc.constant(0.5)) }),
  fc.record({ column: fc.constant('flag'), op: fc.constant('eq'), value: fc.boolean() }),
  fc.record({ column: fc.constantFrom('name', 'kind', 'id'), op: fc.constant('contains'), value: text }),
  fc.record({ column: fc.constant('tags'), op: fc.constant('has'), value: fc.constantFrom(...tags, 'no such') }),
  fc.record({ column: fc.constant('people'), op: fc.constant('has'), value: fc.constantFrom('p', 'q', 'r') }),
  fc.record({ column: fc.constant('tags'), op: fc.constant('hasAny'), value: fc.subarray([...tags, 'no such']) }),
  fc.record({ column: fc.constant('people'), op: fc.constant('hasAny'), value: fc.subarray(['p', 'q', 'r']) }),
  fc.record({ column: fc.constantFrom('kind', 'name', 'n', 'm', 'flag', 'tags'), op: fc.constant('missing') }),
);

export const conditions: fc.Arbitrary<Condition[]> = fc.array(anyCondition, { maxLength: 3, depthIdentifier: 'where' });

/** Declared orders and any others. */
const sortOf = (layout: ArtefactLayout): fc.Arbitrary<SortColumn[]> => {
  const declared = layout.sorts.flatMap((sort) => [false, true].map((desc) => sort.columns.map((column) => ({ column, desc }))));
  const column = fc.constantFrom('kind', 'name', 'n', 'm', 'flag', 'code', 'id');
  const other = fc.uniqueArray(fc.record({ column, desc: fc.boolean() }), { selector: (sort) => sort.column, maxLength: 3 });
  return declared.length === 0 ? other : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...declared) }, { weight: 1, arbitrary: other });
};

export interface WalkedQuery {
  readonly query: ListQuery;
  /** Places that need not belong to any row. */
  readonly strayValues: readonly CellValue[];
  readonly strayKey: string;
}

export const queriesOf = (layout: ArtefactLayout): fc.Arbitrary<WalkedQuery> =>
  sortOf(layout).chain((sort) =>
    fc.record({
      query: fc.record({
        where: conditions,
        sort: fc.constant(sort),
        limit: fc.integer({ min: 1, max: 7 }),
        columns: fc.subarray(['id', ...Object.keys(columns)]),
        documents: fc.subarray(['other', 'doc']),
      }),
      strayValues: fc.tuple(
        ...sort.map(({ column }): fc.Arbitrary<CellValue> =>
          orNull<CellValue>(column === 'flag' ? fc.boolean() : column === 'n' || column === 'm' ? small : text),
        ),
      ),
      strayKey: text,
    }),
  );
