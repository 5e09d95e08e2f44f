/** Rows with columns that a header names, separated by tabs, in any order and with any further ones. */
import type { ParseLine, ParsedLine } from './line-format.ts';

const SEPARATOR = '\t';

export const hasColumns = (header: string, columns: readonly string[]): boolean => {
  const names = header.split(SEPARATOR);
  return columns.every((name) => names.includes(name));
};

/** @param parse gets the values of `columns`, in this order. */
export const columnsParser = <Columns extends readonly string[]>(
  header: string,
  columns: Columns,
  parse: (values: { readonly [At in keyof Columns]: string }) => ParsedLine,
): ParseLine => {
  const names = header.split(SEPARATOR);
  const places = columns.map((name) => names.indexOf(name));
  return (text) => {
    const fields = text.split(SEPARATOR);
    if (fields.length !== names.length) return { fault: `${fields.length} fields instead of ${names.length}` };
    return parse(places.map((place) => fields[place] ?? '') as { readonly [At in keyof Columns]: string }); // as: one for each column
  };
};
