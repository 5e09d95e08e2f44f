/**
 * Expiry. What has expired is never read. It is removed beside writes, in slices each at least as large as the write, so that it cannot pile up: rows
 * group by group, once the last row of a group has expired, because neighbors in the file cost little to remove.
 *
 * Coverage expires before the rows that it speaks of. Where rows are removed, the coverage that has expired by the same clock ends for good: a process whose
 * clock is behind must not believe that the rows are still there.
 */
import { EXPIRED_MS } from '@rushes/ports';
import type { DatabaseSync } from 'node:sqlite';

import { CHECKSUM } from './checksums.ts';

/** The first millisecond in which something is gone. */
export const expiryAt = (nowMs: number, ttlMs: number): number => {
  if (!(ttlMs > 0)) throw new RangeError(`a time to live of ${ttlMs} ms: give more than 0`);
  return Math.ceil(nowMs + ttlMs);
};

/** Removed beyond the number of rows written. */
const SLICE = 100;

export const removerOf = (database: DatabaseSync) => {
  const expiredGroup = database.prepare('SELECT id FROM row_groups WHERE last_expiry_ms <= ? ORDER BY last_expiry_ms LIMIT 1');
  const rows = database.prepare(
    `DELETE FROM speed_rows WHERE (group_id, key, partition) IN
       (SELECT group_id, key, partition FROM speed_rows WHERE group_id = ? ORDER BY key, partition LIMIT ?)`,
  );
  const endCoverage = database.prepare(
    `UPDATE coverage SET expires_at_ms = ?1, checksum = ${CHECKSUM}(partition, epoch, generation, from_offset, ?1, begun, base_us)
     WHERE expires_at_ms <= ?2 AND expires_at_ms > ?3 AND checksum = ${CHECKSUM}(partition, epoch, generation, from_offset, expires_at_ms, begun, base_us)`,
  );
  const group = database.prepare('DELETE FROM row_groups WHERE id = ?');
  const changes = database.prepare(
    'DELETE FROM changes WHERE id IN (SELECT id FROM changes WHERE expires_at_ms <= ? ORDER BY expires_at_ms LIMIT ?)',
  );
  return {
    removeRows(nowMs: number, written: number): void {
      if (expiredGroup.get(nowMs) !== undefined) endCoverage.run(EXPIRED_MS, nowMs, EXPIRED_MS);
      let left = written + SLICE;
      while (left > 0) {
        const id = expiredGroup.get(nowMs)?.['id'];
        if (id === undefined) return;
        const removed = Number(rows.run(id, left).changes);
        if (removed < left) group.run(id);
        left -= removed;
      }
    },
    removeChanges: (nowMs: number): void => void changes.run(nowMs, SLICE),
  };
};
