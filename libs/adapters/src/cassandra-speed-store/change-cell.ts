/**
 * A change record as one cell: checksums of its head and of its rows (4 B each), the head's length (4 B), the head, and the rows, compressed. What is damaged in
 * the rows alone still says how far its micro-batch came. Rows that are too large for a cell lie beside it in pieces.
 */
import { crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import type { PartitionId } from '@rushes/domain';
import type { ChangeRecord, SpeedRow } from '@rushes/ports';

import { changeRowsText, rowsInChange } from '../change-rows/change-rows.ts';

export interface ChangeHead extends Omit<ChangeRecord, 'rows'> {
  /** Under which name the pieces of the rows lie, and how many; `undefined`: the rows are in the cell. */
  readonly pieces: { readonly record: string; readonly count: number } | undefined;
}

type StoredHead = readonly [from: number, epoch: number, generation: number, appendedAtMs: number, record: string | null, count: number];

const FIXED = 12;

/**
 * The rows of a record, compressed.
 * @throws RangeError if they come to more than `MAX_CHANGE_BYTES`, or are not of the record's epoch.
 */
export const packRows = (change: ChangeRecord): Buffer => zstdCompressSync(changeRowsText(change));

const headChecksum = (partition: string, to: number, rest: Uint8Array): number => crc32(rest, crc32(JSON.stringify([partition, to])));

/** @param packed from `packRows`, whole also if it lies in pieces. */
export const changeCell = (head: ChangeHead, packed: Buffer): Buffer => {
  const { partition, from, to, epoch, generation, appendedAtMs, pieces } = head;
  const stored: StoredHead = [from, epoch, generation, appendedAtMs, pieces?.record ?? null, pieces?.count ?? 0];
  const text = Buffer.from(JSON.stringify(stored));
  const start = Buffer.alloc(FIXED);
  start.writeUInt32BE(crc32(packed), 4);
  start.writeUInt32BE(text.length, 8);
  start.writeUInt32BE(headChecksum(partition, to, Buffer.concat([start.subarray(4), text])), 0);
  return Buffer.concat(pieces ? [start, text] : [start, text, packed]);
};

export interface ReadCell {
  readonly head: ChangeHead;
  /** The rows as they were packed, where they are in the cell. */
  readonly packed: Buffer | undefined;
  /** What is compared with the packed rows. */
  readonly rowsChecksum: number;
}

/** `undefined`: not what was written as this partition's record with this end. */
export const readChangeCell = (partition: PartitionId, to: number, cell: unknown): ReadCell | undefined => {
  if (!Buffer.isBuffer(cell) || cell.length < FIXED) return undefined;
  const end = FIXED + cell.readUInt32BE(8);
  if (end > cell.length || cell.readUInt32BE(0) !== headChecksum(partition, to, cell.subarray(4, end))) return undefined;
  // as: its checksum says that `changeCell` made it
  const [from, epoch, generation, appendedAtMs, record, count] = JSON.parse(cell.toString('utf8', FIXED, end)) as StoredHead;
  return {
    head: { partition, from, to, epoch, generation, appendedAtMs, pieces: record === null ? undefined : { record, count } },
    packed: record === null ? cell.subarray(end) : undefined,
    rowsChecksum: cell.readUInt32BE(4),
  };
};

/** `undefined`: not the rows that were packed. */
export const unpackRows = ({ head, rowsChecksum }: ReadCell, packed: Buffer): readonly SpeedRow[] | undefined => {
  if (crc32(packed) !== rowsChecksum) return undefined;
  return rowsInChange(head, zstdDecompressSync(packed).toString());
};

/** What comes after the head of a record, without rows: takes the place of rows that are damaged. */
export const NO_ROWS = zstdCompressSync('[]');

export const cutInPieces = (packed: Buffer, pieceBytes: number): readonly Buffer[] =>
  Array.from({ length: Math.ceil(packed.length / pieceBytes) }, (_, n) => packed.subarray(n * pieceBytes, (n + 1) * pieceBytes));
