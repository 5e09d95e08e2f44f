import type { CellValue, ListedRow, Selection, SortColumn } from '@rushes/ports';
import { ArtefactFaultError } from './errors.ts';
import { columnType, type PhysicalLayout, quoted } from './physical-layout.ts';

/** What is selected of each row, and how a row as SQLite gives it becomes the port's. */
export interface RowShape {
  /** `_pos`, the key, the sort columns, the selected columns, the documents. */
  readonly expressions: string;
  /** The first of these, which tell where the row stands in the list. */
  readonly orderExpressions: string;
  readonly needsDocuments: boolean;
  readonly decode: (cells: readonly unknown[]) => ListedRow;
}

const entryColumns = (names: readonly string[]): readonly string[] => ['e._pos', ...names.map((name) => `e.${quoted(name)}`)];

/** Throws `ArtefactFaultError` for columns or documents that the layout lacks. */
export const rowShape = ({ layout }: PhysicalLayout, select: Selection, sort: readonly SortColumn[]): RowShape => {
  const sorted = sort.map(({ column }) => column);
  const wanted = [...sorted, ...(select.columns ?? [])];
  const documents = select.documents ?? [];
  const booleans = wanted.map((column) => {
    const type = columnType(layout, column);
    if (type === undefined) throw new ArtefactFaultError(`there is no column ${JSON.stringify(column)} to select or sort by`);
    return type === 'boolean';
  });
  for (const name of documents) {
    if (!layout.documents.includes(name)) throw new ArtefactFaultError(`there is no document ${JSON.stringify(name)} to select`);
  }
  const documentsAt = 2 + wanted.length;
  return {
    expressions: [...entryColumns([layout.key, ...wanted]), ...documents.map((name) => `d.${quoted(name)}`)].join(', '),
    orderExpressions: entryColumns([layout.key, ...sorted]).join(', '),
    needsDocuments: documents.length > 0,
    decode: (cells) => {
      const values = booleans.map((isBoolean, n): CellValue => {
        const cell = cells[2 + n] as CellValue; // as: the file's columns hold texts, integers and nulls alone
        return isBoolean && cell !== null ? cell === 1 : cell;
      });
      return {
        key: cells[1] as string, // as: the key column is never null
        columns: values.slice(sorted.length),
        documents: cells.slice(documentsAt) as (string | null)[], // as: documents are texts
        sortValues: values.slice(0, sorted.length),
      };
    },
  };
};
