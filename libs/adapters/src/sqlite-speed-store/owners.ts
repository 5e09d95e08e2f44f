/** Fences, which never become lower, and the members, whose leases are measured by this store's clock. */
import type { PartitionId } from '@rushes/domain';
import type { Ownership } from '@rushes/ports';
import type { DatabaseSync } from 'node:sqlite';

const CLAIM = `
INSERT INTO owners (partition, owner, fence) VALUES (?1, ?2, ?3 + 1)
ON CONFLICT DO UPDATE SET owner = excluded.owner, fence = excluded.fence WHERE fence = ?3`;

export const ownersOf = (database: DatabaseSync) => {
  const all = database.prepare('SELECT partition, owner, fence FROM owners ORDER BY partition');
  const find = database.prepare('SELECT owner, fence FROM owners WHERE partition = ?');
  const claim = database.prepare(CLAIM);
  const release = database.prepare('UPDATE owners SET owner = NULL WHERE partition = ? AND fence = ?');
  const releaseAll = database.prepare('UPDATE owners SET owner = NULL WHERE owner = ?');
  const renew = database.prepare('INSERT OR REPLACE INTO members (id, lease_ms, expires_at_ms) VALUES (?, ?, ?)');
  // After the clock stepped back nobody's lease is longer than from now on.
  const shorten = database.prepare('UPDATE members SET expires_at_ms = ?1 + lease_ms WHERE expires_at_ms > ?1 + lease_ms');
  const expire = database.prepare('DELETE FROM members WHERE expires_at_ms <= ?');
  const members = database.prepare('SELECT id FROM members ORDER BY id');
  const remove = database.prepare('DELETE FROM members WHERE id = ?');
  return {
    all: (): readonly Ownership[] =>
      all.all().map((row) => ({
        partition: row['partition'] as PartitionId, // as: written by `claim`
        owner: row['owner'] === null ? null : String(row['owner']),
        fence: Number(row['fence']),
      })),
    /** Within a transaction, as all that follows. */
    renew(member: string, leaseMs: number, nowMs: number): readonly string[] {
      renew.run(member, leaseMs, nowMs + leaseMs);
      shorten.run(nowMs);
      expire.run(nowMs);
      return members.all().map((row) => String(row['id']));
    },
    /** The fence that the member has the partition under then. */
    claim(partition: PartitionId, member: string, seenFence: number): number | undefined {
      claim.run(partition, member, seenFence);
      const now = find.get(partition);
      const fence = Number(now?.['fence'] ?? 0);
      return now?.['owner'] === member && fence > seenFence ? fence : undefined;
    },
    /** Whether this is the partition's fence. */
    has: (partition: PartitionId, fence: number): boolean => find.get(partition)?.['fence'] === fence,
    release: (partition: PartitionId, fence: number): void => void release.run(partition, fence),
    leave(member: string): void {
      releaseAll.run(member);
      remove.run(member);
    },
  };
};
