/** Which processes run, as they say: a row for each that expires by the server's clock. */
import { checkBeat, type ProcessReport } from '@rushes/ports';

import type { Session } from './session.ts';
import { qualified } from './tables.ts';
import { ttlSeconds } from './time-to-live.ts';
import { nextTimestampUs } from './write-clock.ts';

export const heartbeatsOf = (session: Session, keyspace: string) => {
  const table = qualified(keyspace, 'heartbeats');
  const insert = `INSERT INTO ${table} (only, id, report) VALUES (0, ?, ?) USING TIMESTAMP ? AND TTL ?`;
  const remove = `DELETE FROM ${table} USING TIMESTAMP ? WHERE only = 0 AND id = ?`;
  const read = `SELECT id, report FROM ${table} WHERE only = 0`;
  return {
    async beat(report: ProcessReport, ttlMs: number): Promise<void> {
      checkBeat(report, ttlMs);
      await session.write({ query: insert, params: [report.id, report.text, nextTimestampUs(), ttlSeconds(ttlMs)] });
    },
    async list(): Promise<readonly ProcessReport[]> {
      const rows = await session.read(read);
      return rows.map((row) => ({ id: String(row['id']), text: String(row['report']) }));
    },
    end: (id: string): Promise<void> => session.write({ query: remove, params: [nextTimestampUs(), id] }),
  };
};
