/**
 * A row's value as one cell: checksum (4 B), last offset and append time (8 B each, doubles), then the state in UTF-8. One cell, because at equal timestamps
 * Cassandra decides cell by cell. The checksum covers the row's whole key.
 */
import { crc32 } from 'node:zlib';

import type { SpeedKey, SpeedRow } from '@rushes/ports';

const HEAD = 20;

const checksum = ({ view, key, epoch, partition, generation }: SpeedKey, body: Uint8Array): number =>
  crc32(body, crc32(JSON.stringify([view, key, epoch, partition, generation])));

export const rowCell = (row: SpeedRow): Buffer => {
  const cell = Buffer.allocUnsafe(HEAD + Buffer.byteLength(row.state));
  cell.writeDoubleBE(row.lastOffset, 4);
  cell.writeDoubleBE(row.appendedAtMs, 12);
  cell.write(row.state, HEAD);
  cell.writeUInt32BE(checksum(row, cell.subarray(4)), 0);
  return cell;
};

/** `undefined`: it is not what was written under this key. */
export const rowOfCell = ({ view, key, epoch, partition, generation }: SpeedKey, cell: unknown): SpeedRow | undefined => {
  if (!Buffer.isBuffer(cell) || cell.length < HEAD) return undefined;
  const of = { view, key, epoch, partition, generation };
  if (cell.readUInt32BE(0) !== checksum(of, cell.subarray(4))) return undefined;
  return { ...of, lastOffset: cell.readDoubleBE(4), appendedAtMs: cell.readDoubleBE(12), state: cell.toString('utf8', HEAD) };
};
