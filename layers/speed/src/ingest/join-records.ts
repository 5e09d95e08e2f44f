/**
 * Lines as rows of CSV, in which a field in quotation marks may hold line ends. Invariant: every line is in one row. A row that is never closed, or has other
 * fields than the header when it is, costs its first line alone: reading goes on with the next one.
 */
import { MAX_LINE_BYTES, type TextLine } from './line-splitter.ts';

export interface RecordJoiner {
  /** The rows that end with this line; a row has the number of its first line. */
  push(line: TextLine): readonly TextLine[];
  /** The row that is not closed yet: as one that has no end, or, if nothing follows any more, as lines. */
  finish(isWhole: boolean): readonly TextLine[];
}

/** Characters of a row, at most. */
const MAX_ROW = MAX_LINE_BYTES;
const UNCLOSED = 'a quotation mark in it is not closed';

const hasOddQuotes = (text: string): boolean => {
  let isOdd = false;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) isOdd = !isOdd;
  return isOdd;
};

/** @param isRow whether a text of several lines is a row with the fields that it has to have. */
export const recordJoiner = (isRow: (text: string) => boolean): RecordJoiner => {
  let held: TextLine[] = [];
  let characters = 0;

  const rowOf = (lines: readonly TextLine[]): TextLine => ({ line: lines[0]?.line ?? 0, text: lines.map(({ text }) => text).join('\n') });

  /** The first line that is held is a fault; what follows it is looked at anew. */
  const giveUp = (): { readonly fault: TextLine; readonly rest: readonly TextLine[] } => {
    const [first, ...rest] = held;
    held = [];
    characters = 0;
    if (first === undefined) throw new Error('nothing is held');
    return { fault: { line: first.line, text: first.text, fault: UNCLOSED }, rest };
  };

  const take = (line: TextLine): readonly TextLine[] => {
    if (held.length === 0 && (line.fault !== undefined || !hasOddQuotes(line.text))) return [line];
    held.push(line);
    characters += line.text.length + 1;
    if (line.fault === undefined && characters <= MAX_ROW) {
      const isClosed = held.length > 1 && hasOddQuotes(line.text);
      if (!isClosed) return [];
      const row = rowOf(held);
      if (isRow(row.text)) {
        held = [];
        characters = 0;
        return [line.isUnended === true ? { ...row, isUnended: true } : row];
      }
    }
    return pushAll(giveUp());
  };

  const pushAll = ({ fault, rest }: ReturnType<typeof giveUp>): readonly TextLine[] => {
    const rows = [fault];
    const waiting = [...rest];
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) rows.push(...take(next));
    return rows;
  };

  return {
    push: take,
    finish(isWhole) {
      if (held.length === 0) return [];
      if (!isWhole) return [{ ...rowOf(held), isUnended: true }];
      const rows: TextLine[] = [];
      while (held.length > 0) rows.push(...pushAll(giveUp()));
      return rows;
    },
  };
};
