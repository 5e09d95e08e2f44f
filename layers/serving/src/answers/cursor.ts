/**
 * Cursors: a place in a sorted list as an opaque text. Invariant: a cursor holds values, not a version, so it survives publications;
 * it names its list (path, sort, filters) and carries a checksum, so a garbled one is noticed. It is no secret: whoever
 * forges one with a right checksum gets a list from another place, and values of a wrong type are refused.
 */
import { hash } from 'node:crypto';

import type { CellValue, ColumnType, ListPosition } from '@rushes/ports';

const digest = (text: string): string => hash('sha256', text, 'base64url').slice(0, 11);

/** Short name of a list, by its path, sort and filters in normal form. */
export const listName = (identity: string): string => digest(identity);

export const encodeCursor = (list: string, position: ListPosition): string => {
  const place = JSON.stringify([list, position.key, ...position.values]);
  return Buffer.from(digest(place) + place).toString('base64url');
};

const fits = (value: unknown, type: ColumnType): value is CellValue => {
  if (value === null) return true;
  if (type === 'integer') return Number.isSafeInteger(value);
  return typeof value === (type === 'boolean' ? 'boolean' : 'string');
};

/** The list's name and the place, or `undefined` if this is no cursor for sort columns of these types. */
export const decodeCursor = (
  cursor: string,
  types: readonly ColumnType[],
): { readonly list: string; readonly position: ListPosition } | undefined => {
  const text = Buffer.from(cursor, 'base64url').toString();
  const place = text.slice(11);
  if (digest(place) !== text.slice(0, 11)) return undefined;
  let parts: unknown;
  try {
    parts = JSON.parse(place);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts)) return undefined;
  const [list, key, ...values] = parts as unknown[]; // as: Array.isArray says any[]
  if (typeof list !== 'string' || typeof key !== 'string' || values.length !== types.length) return undefined;
  const cells: CellValue[] = [];
  for (const [at, type] of types.entries()) {
    const value = values[at];
    if (!fits(value, type)) return undefined;
    cells.push(value);
  }
  return { list, position: { values: cells, key } };
};
