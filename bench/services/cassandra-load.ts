/** Rows as the speed layer writes them, and a bare loop of the driver that writes the same ones. */
import { type PartitionId, PARTITIONS } from '@rushes/domain';
import type { SpeedStore, TimedRow } from '@rushes/ports';

import { Client } from '../../libs/adapters/src/cassandra-speed-store/driver-for-tests.ts';

const HOUR_S = 3_600;
export const TTL_MS = HOUR_S * 1_000;
const VIEWS = ['title_stats', 'votes_by_bucket', 'reviews_by_title', 'title_details'] as const;
const OPENING = { offset: 0, appendedAtMs: 0 };

export interface MicroBatch {
  readonly partition: PartitionId;
  readonly from: number;
  readonly to: number;
  readonly rows: readonly TimedRow[];
}

/** So many micro-batches of each partition, of so many rows each, about 250 B a state, every key in it once. */
export const microBatches = (run: string, perPartition: number, rows: number): ReadonlyMap<PartitionId, readonly MicroBatch[]> => {
  const baseUs = Date.now() * 1_000;
  const rowOf = (partition: PartitionId, offset: number): TimedRow => {
    const state = {
      votes: offset,
      sum: offset * 7,
      buckets: Array.from({ length: 12 }, (_, n) => [n * 300_000 + (offset % 999), (offset * n) % 97]),
    };
    return {
      view: `${VIEWS[offset % VIEWS.length]}#${run}`,
      key: `tt${String((offset * 7_919) % 10_000_000).padStart(7, '0')}`,
      epoch: 1,
      partition,
      generation: 0,
      lastOffset: offset,
      appendedAtMs: 1_767_323_045_000,
      state: JSON.stringify(state),
      timestampUs: baseUs + offset,
    };
  };
  return new Map(
    PARTITIONS.map((partition) => [
      partition,
      Array.from({ length: perPartition }, (_, n) => {
        const from = n * rows;
        return { partition, from, to: from + rows, rows: Array.from({ length: rows }, (_row, at) => rowOf(partition, from + at)) };
      }),
    ]),
  );
};

/** Rows, change record, position of each micro-batch in turn; partitions side by side. */
export const writeThroughStore = async (
  store: SpeedStore,
  batches: ReadonlyMap<PartitionId, readonly MicroBatch[]>,
  fences: ReadonlyMap<PartitionId, number>,
): Promise<void> => {
  await Promise.all(
    [...batches].map(async ([partition, of]) => {
      for (const { from, to, rows } of of) {
        await store.upsert(rows, TTL_MS);
        await store.appendChange(
          { partition, from, to, epoch: 1, generation: 0, appendedAtMs: 0, rows: rows.map(({ timestampUs: _, ...row }) => row) },
          TTL_MS,
        );
        await store.putPosition({ partition, offset: to, epoch: 1, opening: OPENING }, fences.get(partition) ?? 0);
      }
    }),
  );
};

/** The same rows, each in a statement of its own, so many under way at once: no change records, positions and checksums. */
export const writeBare = async (
  contactPoint: string,
  dataCenter: string,
  keyspace: string,
  rows: readonly TimedRow[],
  atOnce: number,
): Promise<number> => {
  const client = new Client({ contactPoints: [contactPoint], localDataCenter: dataCenter, encoding: { useBigIntAsLong: true } });
  await client.connect();
  const insert = `INSERT INTO "${keyspace}".speed_rows (view_name, epoch, bucket, partition, generation, key, value) VALUES (?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ? AND TTL ?`;
  const started = performance.now();
  let next = 0;
  const takeTurns = async (): Promise<void> => {
    while (next < rows.length) {
      const row = rows[next++];
      if (row === undefined) return;
      const { view, epoch, partition, generation, key, state, timestampUs, lastOffset } = row;
      const params = [view, epoch, lastOffset % 8, partition, generation, key, Buffer.from(state), BigInt(timestampUs), HOUR_S];
      await client.execute(insert, params, { prepare: true, isIdempotent: true });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, takeTurns));
  const ms = performance.now() - started;
  await client.shutdown();
  return ms;
};
