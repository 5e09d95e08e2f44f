/** Which log the store belongs to: one row, which is inserted once. */
import type { Claimed } from '@rushes/ports';
import type { types } from 'cassandra-driver';

import type { Session } from './session.ts';
import { qualified } from './tables.ts';

const claimedOf = (row: types.Row): Claimed => ({ log: String(row['id']), claimedAtMs: Number(row['claimed_at_ms']) });

export const logClaimOf = (session: Session, keyspace: string) => {
  const table = qualified(keyspace, 'log');
  const insert = `INSERT INTO ${table} (only, id, claimed_at_ms) VALUES (0, ?, ?) IF NOT EXISTS`;
  const readSerial = async (): Promise<Claimed | undefined> => {
    const [row] = await session.readSerial(`SELECT id, claimed_at_ms FROM ${table} WHERE only = 0`, []);
    return row && claimedOf(row);
  };
  return {
    read: readSerial,
    /** After an error to be called again: what an earlier attempt inserted is found then. */
    async claim(id: string, nowMs: number): Promise<Claimed> {
      const claimedAtMs = Math.floor(nowMs);
      const row = await session.writeIf(insert, [id, BigInt(claimedAtMs)]);
      return row['[applied]'] === true ? { log: id, claimedAtMs } : claimedOf(row);
    },
  };
};
