/** The change records: what one micro-batch did to a partition. The rows of a record share its partition, epoch and generation. */
import type { PartitionId } from '@rushes/domain';
import type { ChangeRecord, SpeedRow } from '@rushes/ports';
import type { DatabaseSync } from 'node:sqlite';

const APPEND = `
INSERT INTO changes (partition, from_offset, generation, to_offset, epoch, appended_at_ms, expires_at_ms, rows) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (partition, from_offset, generation) DO UPDATE SET
  to_offset = excluded.to_offset, epoch = excluded.epoch, appended_at_ms = excluded.appended_at_ms, expires_at_ms = excluded.expires_at_ms,
  rows = excluded.rows`;

/** No record that begins before `after` less the longest record's length can reach beyond `after`. */
const READ = `
SELECT from_offset, to_offset, epoch, generation, appended_at_ms, rows FROM changes
WHERE partition = ?1 AND to_offset > ?2 AND expires_at_ms > ?3
  AND from_offset > ?2 - (SELECT coalesce(max(to_offset - from_offset), 0) FROM changes WHERE partition = ?1)
ORDER BY from_offset, generation LIMIT ?4`;

type StoredRow = readonly [view: string, key: string, lastOffset: number, appendedAtMs: number, state: string];

const encode = ({ partition, epoch, generation, rows }: ChangeRecord): string =>
  JSON.stringify(
    rows.map((row): StoredRow => {
      if (row.partition !== partition || row.epoch !== epoch || row.generation !== generation)
        throw new RangeError(
          `a row of ${row.partition}, epoch ${row.epoch}.${row.generation}, in a change record of ${partition}, epoch ${epoch}.${generation}`,
        );
      return [row.view, row.key, row.lastOffset, row.appendedAtMs, row.state];
    }),
  );

export const changesOf = (database: DatabaseSync) => {
  const append = database.prepare(APPEND);
  const read = database.prepare(READ);
  read.setReturnArrays(true);
  return {
    append(change: ChangeRecord, expiresAtMs: number): void {
      const { partition, from, to, epoch, generation, appendedAtMs } = change;
      append.run(partition, from, generation, to, epoch, appendedAtMs, expiresAtMs, encode(change));
    },
    read: (partition: PartitionId, after: number, limit: number, nowMs: number): readonly ChangeRecord[] =>
      read.all(partition, after, nowMs, limit).map((record) => {
        // as: an array of the columns above, written by `append`
        const [from, to, epoch, generation, appendedAtMs, text] = record as unknown as [number, number, number, number, number, string];
        const rows = (JSON.parse(text) as StoredRow[]).map(([view, key, lastOffset, rowAppendedAtMs, state]): SpeedRow => ({
          view,
          key,
          epoch,
          partition,
          generation,
          lastOffset,
          appendedAtMs: rowAppendedAtMs,
          state,
        }));
        return { partition, from, to, epoch, generation, appendedAtMs, rows };
      }),
  };
};
