/** Expiry. What has expired is never read; it is removed in slices beside writes, each at least as large as the write, so that it cannot pile up. */
import type { DatabaseSync } from 'node:sqlite';

/** The first millisecond in which something is gone. */
export const expiryAt = (nowMs: number, ttlMs: number): number => {
  if (!(ttlMs > 0)) throw new RangeError(`a time to live of ${ttlMs} ms: give more than 0`);
  return Math.ceil(nowMs + ttlMs);
};

/** Removed beyond the number of rows written. */
const SLICE = 100;

export const removerOf = (database: DatabaseSync) => {
  const rows = database.prepare(
    `DELETE FROM speed_rows WHERE (view, epoch, key, partition, generation) IN
       (SELECT view, epoch, key, partition, generation FROM speed_rows WHERE expires_at_ms <= ? ORDER BY expires_at_ms LIMIT ?)`,
  );
  const changes = database.prepare(
    'DELETE FROM changes WHERE id IN (SELECT id FROM changes WHERE expires_at_ms <= ? ORDER BY expires_at_ms LIMIT ?)',
  );
  return {
    removeRows: (nowMs: number, written: number): void => void rows.run(nowMs, written + SLICE),
    removeChanges: (nowMs: number): void => void changes.run(nowMs, SLICE),
  };
};
