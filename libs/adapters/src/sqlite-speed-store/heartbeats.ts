/** Which processes run, as they say: a row for each, which runs out by this store's clock. */
import { checkBeat, type ProcessReport } from '@rushes/ports';
import type { DatabaseSync } from 'node:sqlite';

export const heartbeatsOf = (database: DatabaseSync) => {
  const beat = database.prepare('INSERT OR REPLACE INTO heartbeats (id, report, ttl_ms, expires_at_ms) VALUES (?, ?, ?, ?)');
  const expire = database.prepare('DELETE FROM heartbeats WHERE expires_at_ms <= ?');
  // After the clock stepped back nobody's time is longer than it was said to be.
  const living = database.prepare(
    'SELECT id, report FROM heartbeats WHERE expires_at_ms > ?1 AND expires_at_ms <= ?1 + ttl_ms ORDER BY id',
  );
  const remove = database.prepare('DELETE FROM heartbeats WHERE id = ?');
  return {
    /** Within a transaction. */
    beat(report: ProcessReport, ttlMs: number, nowMs: number): void {
      checkBeat(report, ttlMs);
      expire.run(nowMs);
      const whole = Math.ceil(ttlMs);
      beat.run(report.id, report.text, whole, nowMs + whole);
    },
    list: (nowMs: number): readonly ProcessReport[] =>
      living.all(nowMs).map((row) => ({ id: String(row['id']), text: String(row['report']) })),
    end: (id: string): void => void remove.run(id),
  };
};
