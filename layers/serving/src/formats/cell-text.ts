/** Cells as JSON texts. Pure. */
import type { TableCell } from '@rushes/views';

import { type Column, isCellOf, wrongCell } from './column.ts';

/** Neither quotation marks, backslashes, control characters, nor halves of surrogate pairs: nothing that JSON escapes. */
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

export const quotedText = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));

/** A double has a decimal point also where it is whole, as ratings have in all answers. */
export const numberText = (value: number): string => (Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value));

/** JSON text of a value. @throws Error if it is none of the column's. */
export const cellText = (column: Column, value: TableCell): string => {
  if (!isCellOf(column, value)) throw wrongCell(column, value);
  if (typeof value === 'string') return quotedText(value);
  if (typeof value === 'number') return column.type === 'number' ? numberText(value) : String(value);
  if (typeof value === 'object' && value !== null) return `[${value.map(quotedText).join(',')}]`;
  return String(value);
};
