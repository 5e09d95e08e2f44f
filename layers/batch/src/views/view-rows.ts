/**
 * A view's rows on their way from the engine to the batch-view store: one text per row, its values joined by U+001E, nulls written as U+001F.
 * One text column leaves DuckDB four times as fast as twenty typed ones. No value holds U+001E or is U+001F alone: bronze rejects lines with
 * either, JSON escapes them, and what of an event stands in a column must not have them.
 */
import { quoteIdentifier } from '@rushes/ports/batch-engine';
import type { ArtefactRow, CellValue, ColumnType } from '@rushes/ports';
import type { View } from '@rushes/views';

const SEPARATOR = '\u001e';
const NULL = '\u001f';

/** The columns of a view's model, in the order in which its rows take them. */
const modelColumns = ({ layout, made }: View): Readonly<Record<string, ColumnType>> =>
  made?.from ?? { [layout.key]: 'text', ...layout.columns, ...Object.fromEntries(layout.documents.map((name) => [name, 'text' as const])) };

/** A SELECT of a view's encoded rows (`row`) with their keys (`key`). @param model the name under which the view's model is defined. */
export const encodedRows = (view: View, model: string): string => {
  const values = Object.keys(modelColumns(view)).map((name) => `coalesce(CAST(m.${quoteIdentifier(name)} AS VARCHAR), chr(31))`);
  return `SELECT m.${quoteIdentifier(view.layout.key)} AS key, concat_ws(chr(30), ${values.join(', ')}) AS row FROM ${model} m`;
};

type Decode = (text: string) => CellValue;

const decodeInteger: Decode = (text) => (text === NULL ? null : Number(text));
const decodeBoolean: Decode = (text) => (text === NULL ? null : text === 'true');
const decodeText: Decode = (text) => (text === NULL ? null : text);

const DECODERS: Readonly<Record<ColumnType, Decode>> = {
  integer: decodeInteger,
  boolean: decodeBoolean,
  text: decodeText,
  text_set: decodeText,
};

/** Makes the decoder of a view's encoded rows. */
export const rowDecoder = (view: View): ((row: string) => ArtefactRow) => {
  const decoders = Object.values(modelColumns(view)).map((type) => DECODERS[type]);
  const rowOf = view.made?.row ?? ((values: readonly CellValue[]) => values);
  return (row) => {
    const texts = row.split(SEPARATOR);
    if (texts.length !== decoders.length)
      throw new Error(`view ${view.name}: a row of ${texts.length} values instead of ${decoders.length}, beginning ${row.slice(0, 80)}`);
    return rowOf(texts.map((text, at) => (decoders[at] ?? decodeText)(text)));
  };
};
