/**
 * A checksum of a set of rows, whatever their order: the SHA-256 of each row's text, added up in eight lanes of 32 bits. So it is computed while rows arrive
 * in any order, a row can be taken out again, and of two sets that differ by damage the sums differ. It is no defense against somebody who wants equal sums.
 */
import { hash } from 'node:crypto';

const LANES = 8;

export interface RowSum {
  rows: number;
  /** Of the rows' texts, in UTF-8. */
  bytes: number;
  readonly lanes: Uint32Array;
}

export const emptySum = (): RowSum => ({ rows: 0, bytes: 0, lanes: new Uint32Array(LANES) });

/** Adds a row by its text, or takes it out. */
export const addRow = (sum: RowSum, text: string, change: 1 | -1 = 1): void => {
  const digest = hash('sha256', text, 'buffer');
  for (let lane = 0; lane < LANES; lane++) sum.lanes[lane] = (sum.lanes[lane] ?? 0) + change * digest.readUInt32LE(4 * lane);
  sum.rows += change;
  sum.bytes += change * Buffer.byteLength(text);
};

/** In 64 hexadecimal digits. */
export const sumText = ({ lanes }: RowSum): string => [...lanes].map((lane) => lane.toString(16).padStart(8, '0')).join('');

/** The sum that a text says. @throws RangeError if it says none. */
export const readSum = (text: string, rows: number, bytes: number): RowSum => {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new RangeError('it has no checksum');
  return { rows, bytes, lanes: Uint32Array.from({ length: LANES }, (_, lane) => Number.parseInt(text.slice(8 * lane, 8 * lane + 8), 16)) };
};
