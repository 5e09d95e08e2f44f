/**
 * The change records. A record is one cell, so a reader has it whole or not at all, and one with the same end replaces it whole. Rows that are too large for a
 * cell are written before it, in pieces under a name of their own: what an earlier or unfinished record left behind is never taken for them.
 *
 * `heads` has the highest end of each partition, so that a poll is one small read, whatever the number of partitions. It is written beside the record and may be
 * there before it: where it lies above an offset, the records are read.
 */
import { randomUUID } from 'node:crypto';

import type { OffsetVector, PartitionId } from '@rushes/domain';
import type { ChangeRecord } from '@rushes/ports';
import type { types } from 'cassandra-driver';

import { changeCell, type ChangeHead, cutInPieces, NO_ROWS, packRows, type ReadCell, readChangeCell, unpackRows } from './change-cell.ts';
import type { Damages } from './damages.ts';
import { inParallel } from '../in-parallel/in-parallel.ts';
import { listingOf, relisted } from './listing.ts';
import { sealCell, unsealCell } from './sealed-cell.ts';
import type { Session } from './session.ts';
import { qualified } from './tables.ts';
import { nextTimestampUs } from './write-clock.ts';
import { writeAll } from './write-all.ts';

/** Offsets of one bucket. Fixed for the life of a store. */
const BUCKET_OFFSETS = 65_536;
/** Pieces outlive the record that names them. */
const PIECES_LONGER_S = 3_600;
const PAGE_RECORDS = 100;

const bucketOf = (to: number): number => Math.floor(to / BUCKET_OFFSETS);

export const changesOf = (session: Session, keyspace: string, damages: Damages, pieceBytes: number) => {
  const [table, chunks, buckets, heads] = ['changes', 'change_chunks', 'change_buckets', 'heads'].map((name) => qualified(keyspace, name));
  const one = 'partition = ? AND bucket = ? AND til = ?';
  const insert = `INSERT INTO ${table} (partition, bucket, til, value) VALUES (?, ?, ?, ?) USING TIMESTAMP ? AND TTL ?`;
  const insertPiece = `INSERT INTO ${chunks} (partition, bucket, til, record, chunk, value) VALUES (?, ?, ?, ?, ?, ?) USING TIMESTAMP ? AND TTL ?`;
  const readPieces = `SELECT chunk, value FROM ${chunks} WHERE ${one} AND record = ?`;
  const raiseHead = `INSERT INTO ${heads} (only, partition, til) VALUES (0, ?, ?) USING TIMESTAMP ?`;
  const readHeads = `SELECT partition, til FROM ${heads} WHERE only = 0`;
  const readRecords = `SELECT til, value, writetime(value) AS written, ttl(value) AS left FROM ${table} WHERE partition = ? AND bucket = ? AND til > ? LIMIT ?`;
  const readBuckets = `SELECT bucket, checksum FROM ${buckets} WHERE partition = ? AND bucket > ? AND bucket <= ?`;
  const list = `INSERT INTO ${buckets} (partition, bucket, checksum) VALUES (?, ?, ?) USING TIMESTAMP ? AND TTL ?`;
  const remove = `DELETE FROM ${table} USING TIMESTAMP ? WHERE ${one}`;
  const listing = listingOf(list);
  const placeOf = (partition: PartitionId, to: number) => [partition, BigInt(bucketOf(to)), BigInt(to)] as const;

  /** The pieces first, then the record and what leads to it. */
  const append = async (change: ChangeRecord, ttlS: number): Promise<void> => {
    const { partition, to } = change;
    const packed = packRows(change);
    const pieces = packed.length > pieceBytes ? cutInPieces(packed, pieceBytes) : [];
    const record = pieces.length > 0 ? randomUUID() : undefined;
    const place = placeOf(partition, to);
    const atUs = nextTimestampUs();
    const head: ChangeHead = { ...change, pieces: record === undefined ? undefined : { record, count: pieces.length } };
    const written = pieces.map((piece, n) => [
      { query: insertPiece, params: [...place, record ?? null, n, piece, atUs, ttlS + PIECES_LONGER_S] },
    ]);
    await writeAll(session, written);
    const name = [partition, place[1]] as const;
    const entry = listing.entry(name, sealCell([partition, bucketOf(to)], []), ttlS);
    await writeAll(session, [
      [{ query: insert, params: [...place, changeCell(head, packed), atUs, ttlS] }],
      [{ query: raiseHead, params: [partition, BigInt(to), BigInt(to)] }],
      ...(entry ? [[entry.statement]] : []),
    ]);
    entry?.confirm();
  };

  const packedOf = async ({ head, packed }: ReadCell): Promise<Buffer> => {
    if (packed) return packed;
    const found = await session.read(readPieces, [...placeOf(head.partition, head.to), head.pieces?.record ?? null]);
    const pieces = found.toSorted((a, b) => Number(a['chunk']) - Number(b['chunk'])).map((row) => row['value'] as Buffer); // as: the column's type
    return Buffer.concat(pieces);
  };

  const decode = async (partition: PartitionId, row: types.Row): Promise<readonly ChangeRecord[]> => {
    const to = Number(row['til']);
    const place = placeOf(partition, to);
    const written = BigInt(Number(row['written']));
    const cell = readChangeCell(partition, to, row['value']);
    if (cell === undefined) {
      // Where it belongs is not known: whoever follows notices that one is missing.
      const what = `the change record of ${partition} up to offset ${to}`;
      damages.found({ what, remove: () => session.write({ query: remove, params: [written, ...place] }) });
      return [];
    }
    const { pieces: _, ...head } = cell.head;
    const rows = unpackRows(cell, await packedOf(cell));
    if (rows) return [{ ...head, rows }];
    damages.found({
      what: `the change record of ${partition} from offset ${head.from} to ${to}`,
      epoch: head.epoch,
      remove: () => {
        const emptied = changeCell({ ...head, pieces: undefined }, NO_ROWS);
        return session.write({ query: insert, params: [...place, emptied, written + 1n, Math.max(1, Number(row['left'] ?? 1))] });
      },
    });
    // It still says how far its micro-batch came.
    return [{ ...head, rows: [] }];
  };

  const readBucket = async (partition: PartitionId, bucket: number, after: number, limit: number): Promise<readonly ChangeRecord[]> => {
    const found: types.Row[] = [];
    let from: string | undefined;
    do {
      const page = await session.readPage(readRecords, [partition, BigInt(bucket), BigInt(after), limit], PAGE_RECORDS, from);
      found.push(...page.rows);
      from = page.next;
    } while (from !== undefined);
    return (await inParallel(found, session.requestsAtOnce, (row) => decode(partition, row))).flat();
  };

  const bucketsBetween = async (partition: PartitionId, above: number, upTo: number): Promise<readonly number[]> =>
    (await session.read(readBuckets, [partition, BigInt(above), BigInt(upTo)])).flatMap((row) => {
      const bucket = Number(row['bucket']);
      if (!unsealCell([partition, bucket], String(row['checksum'])))
        damages.found({
          what: `the entry of bucket ${bucket} among those of ${partition}`,
          remove: () => session.write(relisted(list, [partition, BigInt(bucket)], [partition, bucket])),
        });
      return [bucket];
    });

  const readAfter = async (partition: PartitionId, after: number, highest: number, limit: number): Promise<readonly ChangeRecord[]> => {
    const [first, last] = [bucketOf(after + 1), bucketOf(highest)];
    const [begun, further] = await Promise.all([
      readBucket(partition, first, after, limit),
      last > first ? bucketsBetween(partition, first, last) : [],
    ]);
    const records = [...begun];
    for (const bucket of further) {
      if (records.length >= limit) break;
      records.push(...(await readBucket(partition, bucket, after, limit - records.length)));
    }
    return records;
  };

  return {
    append,
    /** Those that are there now. */
    async read(after: OffsetVector, limit: number): Promise<readonly ChangeRecord[]> {
      const highest = (await session.read(readHeads)).map((row) => ({
        partition: String(row['partition']) as PartitionId, // as: written by `append`
        to: Number(row['til']),
      }));
      const ahead = highest.filter(({ partition, to }) => to > (after[partition] ?? Infinity));
      const found = await inParallel(ahead, session.requestsAtOnce, ({ partition, to }) =>
        readAfter(partition, after[partition] ?? to, to, limit),
      );
      return found.flat();
    },
  };
};
