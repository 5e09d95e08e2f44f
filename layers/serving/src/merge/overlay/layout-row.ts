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

/** What a selection wants of a row. */
export const selectFrom = (index: RowIndex, row: ArtefactRow, select: Selection): ViewRow => ({
  key: keyOfRow(row),
  columns: (select.columns ?? []).map((column) => cellOf(index, row, column)),
  documents: (select.documents ?? []).map((name) => (row[index.document(name)] ?? null) as string | null), // as: documents are texts
});

const compare = (cell: CellValue, value: string | number): number =>
  typeof cell === 'string' && typeof value === 'string' ? compareUtf8(cell, value) : Number(cell) - Number(value);

/** Whether a row satisfies a condition, as the port of the batch views defines it. */
export const satisfies = (index: RowIndex, row: ArtefactRow, condition: Condition): boolean => {
  const cell = cellOf(index, row, condition.column);
  if (condition.op === 'missing') return cell === null;
  if (cell === null) return false;
  switch (condition.op) {
    case 'eq':
      return cell === condition.value;
    case 'in':
      return condition.value.some((one) => one === cell);
    case 'lt':
      return compare(cell, condition.value) < 0;
    case 'lte':
      return compare(cell, condition.value) <= 0;
    case 'gt':
      return compare(cell, condition.value) > 0;
    case 'gte':
      return compare(cell, condition.value) >= 0;
    case 'contains':
      return String(cell).includes(condition.value);
    case 'has':
      return String(cell).split(SET_SEPARATOR).includes(condition.value);
    case 'hasAny':
      return String(cell)
        .split(SET_SEPARATOR)
        .some((member) => condition.value.includes(member));
  }
};
