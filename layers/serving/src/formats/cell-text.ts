/** Values as texts. Pure. */
import type { TableCell } from '@rushes/views';

import { cellChecker, type Column } from './column.ts';

/** A double has a decimal point also where it is whole, as ratings have in all answers. */
const numberText = (value: number): string => (Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value));

/** How a format writes each kind of value; numbers and booleans are written alike in all. */
export interface CellTexts {
  readonly absent: string;
  readonly text: (text: string) => string;
  readonly texts: (members: readonly string[]) => string;
}

/** The writer of a column's cells. It throws an Error naming the column for a value that is none of its. */
export const cellWriter = (column: Column, { absent, text, texts }: CellTexts): ((value: TableCell | undefined) => string) => {
  const check = cellChecker(column);
  const isDouble = column.type === 'number';
  return (given) => {
    const value = check(given);
    if (value === null) return absent;
    if (typeof value === 'string') return text(value);
    if (typeof value === 'number') return isDouble ? numberText(value) : String(value);
    return typeof value === 'boolean' ? String(value) : texts(value);
  };
};
