/**
 * CSV by RFC 4180: a header line, commas, CRLF, quotation marks where a cell needs them; UTF-8 without a byte order mark. A null is an empty cell, an empty
 * text is `""`. The members of a list are joined by `|`; a `|` or `\` within one has a `\` before it.
 *
 * Invariant: no text begins with a character by which a spreadsheet takes a cell for a formula, unless formulas are kept; numbers are never touched.
 */
import { cellWriter } from './cell-text.ts';
import type { MakeWriter } from './table-writer.ts';

const NOTHING = new Uint8Array();
const LINE_END = '\r\n';

/** OWASP's list: also the wide forms, which spreadsheets in East Asian languages take for the same. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
/** Spreadsheets show what comes after it as text. */
const TEXT_MARK = "'";

const NEEDS_QUOTES = /[",\r\n]/;

const quoted = (text: string): string => (NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const kept = (text: string): string => (text === '' ? '""' : quoted(text));
const defused = (text: string): string => (FORMULA.test(text) ? quoted(TEXT_MARK + text) : kept(text));

const joinedTexts = (members: readonly string[]): string => members.map((member) => member.replaceAll(/[\\|]/g, '\\$&')).join('|');

export const csvWriter: MakeWriter = (columns, { keepFormulas }) => {
  const text = keepFormulas ? kept : defused;
  const texts = (members: readonly string[]): string => (members.length === 0 ? '' : text(joinedTexts(members)));
  const cells = columns.map((column) => cellWriter(column, { absent: '', text, texts }));
  return {
    begin: () => Buffer.from(columns.map(({ name }) => quoted(name)).join(',') + LINE_END),
    rows: (batch) => {
      let lines = '';
      for (const row of batch) {
        let at = 0;
        for (const write of cells) lines += (at === 0 ? '' : ',') + write(row[at++]);
        lines += LINE_END;
      }
      return Buffer.from(lines);
    },
    end: () => NOTHING,
  };
};
