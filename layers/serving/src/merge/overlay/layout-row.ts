/** Rows as arrays in a layout's order, read by column. Pure. */
import { compareUtf8 } from '@rushes/domain';
import {
  SET_SEPARATOR,
  type ArtefactLayout,
  type ArtefactRow,
  type CellValue,
  type Condition,
  type Selection,
  type ViewRow,
} from '@rushes/ports';

/** Where each column and document stands in a row. */
export interface RowIndex {
  readonly layout: ArtefactLayout;
  at(column: string): number;
  document(name: string): number;
  /** Everything, in the layout's order. */
  readonly whole: Required<Selection>;
}

export const rowIndex = (layout: ArtefactLayout): RowIndex => {
  const columns = new Map([layout.key, ...Object.keys(layout.columns)].map((name, at) => [name, at]));
  const documents = new Map(layout.documents.map((name, at) => [name, columns.size + at]));
  const find = (places: ReadonlyMap<string, number>, name: string): number => {
    const at = places.get(name);
    if (at === undefined) throw new Error(`the layout keyed by ${layout.key} has no ${name}`);
    return at;
  };
  return {
    layout,
    at: (column) => find(columns, column),
    document: (name) => find(documents, name),
    whole: { columns: Object.keys(layout.columns), documents: layout.documents },
  };
};

export const cellOf = (index: RowIndex, row: ArtefactRow, column: string): CellValue => row[index.at(column)] ?? null;

export const keyOfRow = (row: ArtefactRow): string => String(row[0]);

/** A row's key and columns, which is all that conditions and orders ask for. */
export const columnsOfRow = ({ whole }: RowIndex, row: ArtefactRow): ArtefactRow => row.slice(0, 1 + (whole.columns?.length ?? 0));

/** The same row, with the cells of another one where they are equal: of two equal texts only one is held. */
export const sharingCells = (row: ArtefactRow, other: ArtefactRow): ArtefactRow =>
  row.map((cell, at) => (cell === other[at] ? (other[at] ?? null) : cell));

/** What a selection wants of a row. */
export const selectFrom = (index: RowIndex, row: ArtefactRow, select: Selection): ViewRow => ({
  key: keyOfRow(row),
  columns: (select.columns ?? []).map((column) => cellOf(index, row, column)),
  documents: (select.documents ?? []).map((name) => (row[index.document(name)] ?? null) as string | null), // as: documents are texts
});

const compare = (cell: CellValue, value: string | number): number =>
  typeof cell === 'string' && typeof value === 'string' ? compareUtf8(cell, value) : Number(cell) - Number(value);

type Check = (cell: Exclude<CellValue, null>) => boolean;

/** Of a cell that is there. */
const checkOf = (condition: Exclude<Condition, { readonly op: 'missing' }>): Check => {
  const { op, value } = condition;
  switch (op) {
    case 'eq':
      return (cell) => cell === value;
    case 'in':
      return (cell) => value.some((one) => one === cell);
    case 'lt':
      return (cell) => compare(cell, value) < 0;
    case 'lte':
      return (cell) => compare(cell, value) <= 0;
    case 'gt':
      return (cell) => compare(cell, value) > 0;
    case 'gte':
      return (cell) => compare(cell, value) >= 0;
    case 'contains':
      return (cell) => String(cell).includes(value);
    case 'has':
      // Most sets do not have it: that is seen without taking them apart.
      return (cell) => String(cell).includes(value) && String(cell).split(SET_SEPARATOR).includes(value);
    case 'hasAny':
      return (cell) =>
        String(cell)
          .split(SET_SEPARATOR)
          .some((member) => value.includes(member));
  }
};

/** Tells whether a row satisfies all conditions, as the port of the batch views defines them. */
export const matcher = (index: RowIndex, where: readonly Condition[]): ((row: ArtefactRow) => boolean) => {
  const checks = where.map((condition) => ({
    at: index.at(condition.column),
    check: condition.op === 'missing' ? undefined : checkOf(condition),
  }));
  return (row) => {
    for (const { at, check } of checks) {
      const cell = row[at] ?? null;
      if (check === undefined ? cell !== null : cell === null || !check(cell)) return false;
    }
    return true;
  };
};
