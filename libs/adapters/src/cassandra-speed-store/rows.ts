/**
 * The rows, in one table for both ways of reading: the rows of a view and an epoch lie in a few buckets, and a key's bucket follows from the key. So a
 * micro-batch writes some rows of each bucket together, a key is found in one place, and a scan reads the buckets of each epoch.
 */
import { crc32 } from 'node:zlib';

import type { PartitionId } from '@rushes/domain';
import type { SpeedKey, SpeedRow, TimedRow } from '@rushes/ports';

import type { Damages } from './damages.ts';
import { inParallel } from '../in-parallel/in-parallel.ts';
import { listingOf, relisted } from './listing.ts';
import { rowCell, rowOfCell } from './row-cell.ts';
import { sealCell, unsealCell } from './sealed-cell.ts';
import type { Session, Statement, Value } from './session.ts';
import { qualified } from './tables.ts';
import { writeAll } from './write-all.ts';

/** Fixed for the life of a store: rows are found by it. */
const BUCKETS = 8;
const bucketOf = (key: string): number => crc32(key) % BUCKETS;

/** What is written in one request. */
const TOGETHER_ROWS = 100;
const TOGETHER_BYTES = 128 * 1024;
/** Keys that are read in one request. */
const KEYS_AT_ONCE = 100;
/** Buckets that a scan reads at once. */
const SCANS_AT_ONCE = 8;

const groupOf = ({ view, epoch, key }: SpeedKey): string => JSON.stringify([view, epoch, bucketOf(key)]);
const placeOf = ({ view, epoch, partition, generation, key }: SpeedKey): string =>
  JSON.stringify([view, epoch, bucketOf(key), partition, generation]);

interface Group {
  readonly statements: Statement[];
  bytes: number;
}

export const rowsOf = (session: Session, keyspace: string, damages: Damages, pageRows: number) => {
  const table = qualified(keyspace, 'speed_rows');
  const groups = qualified(keyspace, 'row_groups');
  const insert = `INSERT INTO ${table} (view_name, epoch, bucket, partition, generation, key, value) VALUES (?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ? AND TTL ?`;
  const inBucket = 'view_name = ? AND epoch = ? AND bucket = ?';
  const oneKey = `${inBucket} AND partition = ? AND generation = ? AND key = ?`;
  const find = `SELECT key, value, writetime(value) AS written FROM ${table} WHERE ${inBucket} AND partition = ? AND generation = ? AND key IN ?`;
  const scan = `SELECT partition, generation, key, value, writetime(value) AS written FROM ${table} WHERE ${inBucket}`;
  // Under the cell's own timestamp: a later write stays.
  const remove = `DELETE FROM ${table} USING TIMESTAMP ? WHERE ${oneKey}`;
  const listed = `SELECT epoch, checksum FROM ${groups} WHERE view_name = ? AND epoch > ?`;
  const list = `INSERT INTO ${groups} (view_name, epoch, checksum) VALUES (?, ?, ?) USING TIMESTAMP ? AND TTL ?`;
  const listing = listingOf(list);

  const place = ({ view, epoch, key, partition, generation }: SpeedKey): readonly Value[] => [
    view,
    epoch,
    bucketOf(key),
    partition,
    generation,
    key,
  ];

  /** Nothing if it is damaged, which is noted. */
  const decode = (key: SpeedKey, cell: unknown, written: unknown): readonly SpeedRow[] => {
    const row = rowOfCell(key, cell);
    if (row) return [row];
    damages.found({
      what: `the row ${key.key} of ${key.view} in ${key.partition}, epoch ${key.epoch}.${key.generation}`,
      epoch: key.epoch,
      remove: () => session.write({ query: remove, params: [BigInt(Number(written)), ...place(key)] }),
    });
    return [];
  };

  const readSome = async (first: SpeedKey, keys: readonly string[]): Promise<readonly SpeedRow[]> => {
    const { view, epoch, partition, generation, key } = first;
    const found = await session.read(find, [view, epoch, bucketOf(key), partition, generation, keys]);
    return found.flatMap((row) => decode({ view, epoch, partition, generation, key: String(row['key']) }, row['value'], row['written']));
  };

  const epochsAbove = async (view: string, aboveEpoch: number): Promise<readonly number[]> =>
    (await session.read(listed, [view, aboveEpoch])).flatMap((row) => {
      const epoch = Number(row['epoch']);
      // An entry that is not one may have been that of another epoch, whose rows are not found now.
      if (!unsealCell([view, epoch], String(row['checksum'])))
        damages.found({
          what: `the entry of epoch ${epoch} among those of ${view}`,
          remove: () => session.write(relisted(list, [view, epoch], [view, epoch])),
        });
      return [epoch];
    });

  const readPage = async (view: string, epoch: number, bucket: number, from: string | undefined) => {
    const page = await session.readPage(scan, [view, epoch, bucket], pageRows, from);
    const rows = page.rows.flatMap((row) => {
      const partition = String(row['partition']) as PartitionId; // as: written by `upsert`
      return decode(
        { view, epoch, partition, generation: Number(row['generation']), key: String(row['key']) },
        row['value'],
        row['written'],
      );
    });
    return { rows, next: page.next };
  };

  return {
    async upsert(rows: readonly TimedRow[], ttlS: number): Promise<void> {
      const open = new Map<string, Group>();
      const full: (readonly Statement[])[] = [];
      const entries = new Map<string, NonNullable<ReturnType<typeof listing.entry>>>();
      for (const row of rows) {
        const name = groupOf(row);
        const value = rowCell(row);
        let group = open.get(name);
        if (group && (group.statements.length >= TOGETHER_ROWS || group.bytes + value.length > TOGETHER_BYTES)) {
          full.push(group.statements);
          group = undefined;
        }
        if (group === undefined) open.set(name, (group = { statements: [], bytes: 0 }));
        group.statements.push({ query: insert, params: [...place(row), value, BigInt(row.timestampUs), ttlS] });
        group.bytes += value.length;
        const entry = listing.entry([row.view, row.epoch], sealCell([row.view, row.epoch], []), ttlS);
        if (entry) entries.set(`${row.epoch} ${row.view}`, entry);
      }
      const listings = [...entries.values()].map(({ statement }) => [statement]);
      await writeAll(session, [...listings, ...full, ...[...open.values()].map(({ statements }) => statements)]);
      for (const { confirm } of entries.values()) confirm();
    },

    async readRows(keys: readonly SpeedKey[]): Promise<readonly SpeedRow[]> {
      const asked = [...Map.groupBy(keys, placeOf).values()].flatMap((group) => {
        const names = [...new Set(group.map(({ key }) => key))];
        const [first] = group;
        if (first === undefined) return [];
        return Array.from({ length: Math.ceil(names.length / KEYS_AT_ONCE) }, (_, n) => ({
          first,
          names: names.slice(n * KEYS_AT_ONCE, (n + 1) * KEYS_AT_ONCE),
        }));
      });
      return (await inParallel(asked, session.requestsAtOnce, ({ first, names }) => readSome(first, names))).flat();
    },

    /** Pages of the view's rows, some of them read ahead. */
    async *scan(view: string, aboveEpoch: number): AsyncGenerator<readonly SpeedRow[]> {
      const buckets = (await epochsAbove(view, aboveEpoch))
        .flatMap((epoch) => Array.from({ length: BUCKETS }, (_, bucket) => ({ epoch, bucket })))
        .values();
      if (!damages.isEmpty()) await damages.settle();
      type Read = {
        readonly slot: number;
        readonly epoch: number;
        readonly bucket: number;
        readonly page: Awaited<ReturnType<typeof readPage>>;
      };
      const reading = new Map<number, Promise<Read>>();
      const begin = (slot: number, epoch: number, bucket: number, from?: string): void => {
        const read = readPage(view, epoch, bucket, from).then((page) => ({ slot, epoch, bucket, page }));
        // Whoever leaves the scan does not wait for it.
        read.catch(() => undefined);
        reading.set(slot, read);
      };
      const beginNext = (slot: number): void => {
        const { value } = buckets.next();
        if (value) begin(slot, value.epoch, value.bucket);
      };
      for (let slot = 0; slot < SCANS_AT_ONCE; slot++) beginNext(slot);
      while (reading.size > 0) {
        const { slot, epoch, bucket, page } = await Promise.race(reading.values());
        reading.delete(slot);
        if (page.next === undefined) beginNext(slot);
        else begin(slot, epoch, bucket, page.next);
        if (!damages.isEmpty()) await damages.settle();
        if (page.rows.length > 0) yield page.rows;
      }
    },
  };
};
