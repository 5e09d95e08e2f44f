/** Who is a member: a row for each that expires with its lease, by the server's clock, and a plain write each time it is renewed. */
import type { Session } from './session.ts';
import { qualified } from './tables.ts';
import { ttlSeconds } from './time-to-live.ts';
import { nextTimestampUs } from './write-clock.ts';

export const membersOf = (session: Session, keyspace: string) => {
  const table = qualified(keyspace, 'members');
  const renew = `INSERT INTO ${table} (only, id, lease_ms) VALUES (0, ?, ?) USING TIMESTAMP ? AND TTL ?`;
  const remove = `DELETE FROM ${table} USING TIMESTAMP ? WHERE only = 0 AND id = ?`;
  const read = `SELECT id FROM ${table} WHERE only = 0`;
  return {
    /** @throws RangeError for a lease that is not above 0. Returns all members, in the order of their ids. */
    async renew(id: string, leaseMs: number): Promise<readonly string[]> {
      if (!(leaseMs > 0)) throw new RangeError(`a lease of ${leaseMs} ms: give more than 0`);
      const params = [id, BigInt(Math.ceil(leaseMs)), nextTimestampUs(), ttlSeconds(leaseMs)];
      const [rows] = await Promise.all([session.read(read), session.write({ query: renew, params })]);
      return [...new Set([...rows.map((row) => String(row['id'])), id])].toSorted();
    },
    remove: (id: string): Promise<void> => session.write({ query: remove, params: [nextTimestampUs(), id] }),
  };
};
