/** Rows with columns that a header names, in any order and with any further ones. */
import type { ParseLine, ParsedLine } from './line-format.ts';
import { type Separated, TABS } from './separated.ts';

export const hasColumns = (header: string, columns: readonly string[], separated: Separated = TABS): boolean => {
  const names = separated.fields(header) ?? [];
  return columns.every((name) => names.includes(name));
};

/** @param parse gets the values of `columns`, in this order. */
export const columnsParser = <Columns extends readonly string[]>(
  header: string,
  columns: Columns,
  parse: (values: { readonly [At in keyof Columns]: string }) => ParsedLine,
  separated: Separated = TABS,
): ParseLine => {
  const names = separated.fields(header) ?? [];
  const places = columns.map((name) => names.indexOf(name));
  return (text) => {
    const fields = separated.fields(text);
    if (fields === undefined) return { fault: 'its quotation marks do not fit' };
    if (fields.length !== names.length) return { fault: `${fields.length} fields instead of ${names.length}` };
    return parse(places.map((place) => fields[place] ?? '') as { readonly [At in keyof Columns]: string }); // as: one for each column
  };
};
