/**
 * The rows. Of two writes of one row the one with the higher timestamp stays, at equal timestamps the one whose state is greater bytewise; state
 * and last offset are replaced together. A row that has expired, but is still there, rules older writes out as if it had not expired.
 */
import type { PartitionId } from '@rushes/domain';
import type { SpeedRow, TimedRow } from '@rushes/ports';
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** A batch of a scan ends with this many rows or bytes of state (UTF-16 units), whichever comes first. */
const BATCH_ROWS = 1_000;
const BATCH_TEXT = 4_000_000;

const COLUMNS = 'view, key, epoch, partition, generation, last_offset, state';

const UPSERT = `
INSERT INTO speed_rows (view, key, epoch, partition, generation, timestamp_us, last_offset, state, expires_at_ms)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
  timestamp_us = excluded.timestamp_us, last_offset = excluded.last_offset, state = excluded.state, expires_at_ms = excluded.expires_at_ms
WHERE (excluded.timestamp_us, excluded.state, excluded.last_offset) >= (timestamp_us, state, last_offset)`;

/** Steps from epoch to epoch, and looks for the key in each. */
const READ_KEY = `
WITH RECURSIVE epochs (epoch) AS (
  SELECT min(epoch) FROM speed_rows WHERE view = ?1 AND epoch > ?2
  UNION ALL
  SELECT (SELECT min(later.epoch) FROM speed_rows AS later WHERE later.view = ?1 AND later.epoch > epochs.epoch) FROM epochs WHERE epoch IS NOT NULL
)
SELECT ${COLUMNS} FROM epochs CROSS JOIN speed_rows USING (epoch) WHERE view = ?1 AND key = ?3 AND expires_at_ms > ?4`;

const SCAN = `
SELECT ${COLUMNS} FROM speed_rows
WHERE view = ? AND (epoch, key, partition, generation) > (?, ?, ?, ?) AND expires_at_ms > ?
ORDER BY epoch, key, partition, generation LIMIT ${BATCH_ROWS}`;

const toRow = (record: ReturnType<StatementSync['get']>): SpeedRow => {
  // as: the statements above return these columns as an array; `upsert` wrote them
  const [view, key, epoch, partition, generation, lastOffset, state] = record as unknown as [
    string,
    string,
    number,
    PartitionId,
    number,
    number,
    string,
  ];
  return { view, key, epoch, partition, generation, lastOffset, state };
};

export const rowsOf = (database: DatabaseSync) => {
  const upsert = database.prepare(UPSERT);
  const readKey = database.prepare(READ_KEY);
  const scan = database.prepare(SCAN);
  readKey.setReturnArrays(true);
  scan.setReturnArrays(true);
  return {
    upsert(rows: readonly TimedRow[], expiresAtMs: number): void {
      for (const row of rows)
        upsert.run(row.view, row.key, row.epoch, row.partition, row.generation, row.timestampUs, row.lastOffset, row.state, expiresAtMs);
    },
    readKey: (view: string, key: string, aboveEpoch: number, nowMs: number): readonly SpeedRow[] =>
      readKey.all(view, aboveEpoch, key, nowMs).map(toRow),
    /** The batch behind `last`, or the first one above `aboveEpoch`; none if it is empty. */
    scanBatch(view: string, aboveEpoch: number, last: SpeedRow | undefined, nowMs: number): readonly SpeedRow[] {
      const { epoch, key, partition, generation } = last ?? { epoch: aboveEpoch + 1, key: '', partition: '', generation: -1 };
      const batch: SpeedRow[] = [];
      let text = 0;
      for (const record of scan.iterate(view, epoch, key, partition, generation, nowMs)) {
        const row = toRow(record);
        batch.push(row);
        text += row.state.length;
        if (text >= BATCH_TEXT) break;
      }
      return batch;
    },
  };
};
