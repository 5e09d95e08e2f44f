/**
 * A view's rows on their way from Parquet to the batch-view store: one text per row, its values joined by U+001E, nulls written as U+001F.
 * One text column leaves DuckDB four times as fast as twenty typed ones. No value holds U+001E or is U+001F alone: bronze rejects lines with
 * either, JSON escapes them, and what of an event stands in a column must not have them.
 */
import { foldText, sortKey } from '@rushes/domain';
import { quoteIdentifier } from '@rushes/lake';
import type { ArtefactRow, CellValue } from '@rushes/ports';
import type { View } from '@rushes/views';

const SEPARATOR = '\u001e';
const NULL = '\u001f';

/** The names of a view's values in the order in which the store wants them. */
export const valueNames = (view: View): readonly string[] => [
  view.layout.key,
  ...Object.keys(view.layout.columns),
  ...view.layout.documents,
];

/** A SELECT that reads a view's table as encoded rows, in the table's order. */
export const encodedRowsSelect = (view: View, table: string): string => {
  const values = valueNames(view).map((name) => `coalesce(CAST(t.${quoteIdentifier(name)} AS VARCHAR), chr(31))`);
  return `SELECT concat_ws(chr(30), ${values.join(', ')}) AS row FROM ${table} t`;
};

type Decode = (text: string) => CellValue;

const decodeInteger: Decode = (text) => (text === NULL ? null : Number(text));
const decodeBoolean: Decode = (text) => (text === NULL ? null : text === 'true');
const decodeText: Decode = (text) => (text === NULL ? null : text);
const decodeFolded: Decode = (text) => (text === NULL ? null : foldText(text));
const decodeSortKey: Decode = (text) => (text === NULL ? null : sortKey(text));

/** Makes the decoder of a view's encoded rows. */
export const rowDecoder = (view: View): ((row: string) => ArtefactRow) => {
  const decoders = valueNames(view).map((name): Decode => {
    const type = view.layout.columns[name];
    if (type === 'integer') return decodeInteger;
    if (type === 'boolean') return decodeBoolean;
    if (view.sortKeys?.includes(name)) return decodeSortKey;
    return view.folded?.includes(name) ? decodeFolded : decodeText;
  });
  return (row) => {
    const texts = row.split(SEPARATOR);
    if (texts.length !== decoders.length)
      throw new Error(`view ${view.name}: a row of ${texts.length} values instead of ${decoders.length}, beginning ${row.slice(0, 80)}`);
    return texts.map((text, at) => (decoders[at] ?? decodeText)(text));
  };
};
