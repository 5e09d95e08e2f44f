/**
 * CSV by RFC 4180: a header line, commas, CRLF, quotation marks where a cell needs them; UTF-8 without a byte order mark. A null is an empty cell. The members
 * of a list are joined by `|`; a `|` or `\` within one has a `\` before it.
 *
 * Invariant: no text begins with a character by which a spreadsheet takes a cell for a formula, unless formulas are kept; numbers are never touched.
 */
import type { TableCell } from '@rushes/views';

import { numberText } from './cell-text.ts';
import { type Column, isCellOf, wrongCell } from './column.ts';
import type { MakeWriter } from './table-writer.ts';

const NOTHING = new Uint8Array();
const LINE_END = '\r\n';

/** OWASP's list: also the wide forms, which spreadsheets in East Asian languages take for the same. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
/** Spreadsheets show what comes after it as text. */
const DEFUSED = "'";

const NEEDS_QUOTES = /[",\r\n]/;

const quoted = (text: string): string => (NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
/** An empty text is not a null. */
const textCell = (text: string, keepFormulas: boolean): string =>
  text === '' ? '""' : quoted(!keepFormulas && FORMULA.test(text) ? DEFUSED + text : text);

/** @returns the members as one text. */
const joinedTexts = (members: readonly string[]): string => members.map((member) => member.replaceAll(/[\\|]/g, '\\$&')).join('|');

const cellOf = (column: Column, value: TableCell, keepFormulas: boolean): string => {
  if (!isCellOf(column, value)) throw wrongCell(column, value);
  if (value === null) return '';
  if (typeof value === 'string') return textCell(value, keepFormulas);
  if (typeof value === 'number') return column.type === 'number' ? numberText(value) : String(value);
  if (typeof value === 'object') return value.length === 0 ? '' : textCell(joinedTexts(value), keepFormulas);
  return String(value);
};

export const csvWriter: MakeWriter = (columns, { keepFormulas }) => ({
  begin: () => Buffer.from(columns.map(({ name }) => quoted(name)).join(',') + LINE_END),
  rows: (batch) => {
    let text = '';
    for (const row of batch) {
      for (const [at, column] of columns.entries()) {
        if (at > 0) text += ',';
        text += cellOf(column, row[at] ?? null, keepFormulas);
      }
      text += LINE_END;
    }
    return Buffer.from(text);
  },
  end: () => NOTHING,
});
