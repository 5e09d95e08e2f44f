import type { PartitionId } from '@rushes/domain';
import type { OwnedPartition } from '@rushes/ports';
import type { LogFile } from './database.ts';
import { divide } from './divide.ts';

/**
 * The groups as they stand in the file: sessions of members, and which session owns which partition. After each change all partitions are divided
 * anew; whenever one passes to another session its fence grows. To be called within a transaction.
 */
export interface Sessions {
  /** Begins a session, in place of the member's last one. */
  begin(group: string, member: string, leaseMs: number, nowMs: number): number;
  /** Ends the sessions of a group that were not renewed in time. */
  expire(group: string, nowMs: number): void;
  /** The member's session if it has one. */
  find(group: string, member: string): number | undefined;
  renew(session: number, nowMs: number): void;
  end(session: number): void;
  /** To be called once all changes are made. */
  redivide(group: string): void;
  owned(group: string, session: number): OwnedPartition[];
}

export const sessionsIn = (file: LogFile): Sessions => {
  const { database } = file;
  const insert = database.prepare('INSERT INTO members (in_group, member, lease_ms, expires_ms) VALUES (?, ?, ?, ?)');
  const removeMember = database.prepare('DELETE FROM members WHERE in_group = ? AND member = ?');
  const removeSession = database.prepare('DELETE FROM members WHERE session = ?');
  // After the clock stepped back nobody's lease is longer than from now on.
  const shorten = database.prepare('UPDATE members SET expires_ms = ? + lease_ms WHERE in_group = ? AND expires_ms > ? + lease_ms');
  const removeExpired = database.prepare('DELETE FROM members WHERE in_group = ? AND expires_ms <= ?');
  const find = database.prepare('SELECT session FROM members WHERE in_group = ? AND member = ?');
  const renew = database.prepare('UPDATE members SET expires_ms = ? + lease_ms WHERE session = ?');
  const living = database.prepare('SELECT session FROM members WHERE in_group = ? ORDER BY session');
  const ownerships = database.prepare('SELECT partition, session FROM ownerships WHERE in_group = ? AND session IS NOT NULL');
  const pass = database.prepare(
    'INSERT INTO ownerships (in_group, partition, session, fence) VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET session = excluded.session, fence = fence + 1',
  );
  const owned = database.prepare('SELECT partition, fence FROM ownerships WHERE in_group = ? AND session = ? ORDER BY partition');

  return {
    begin(group, member, leaseMs, nowMs) {
      removeMember.run(group, member);
      return Number(insert.run(group, member, leaseMs, nowMs + leaseMs).lastInsertRowid);
    },
    expire(group, nowMs) {
      shorten.run(nowMs, group, nowMs);
      removeExpired.run(group, nowMs);
    },
    find(group, member) {
      const row = find.get(group, member);
      return row === undefined ? undefined : Number(row['session']);
    },
    renew: (session, nowMs) => void renew.run(nowMs, session),
    end: (session) => void removeSession.run(session),
    redivide(group) {
      const members = living.all(group).map((row) => Number(row['session']));
      const owners = new Map(ownerships.all(group).map((row) => [Number(row['partition']), Number(row['session'])]));
      for (const [partition, session] of divide([...file.partitions.keys()], owners, members)) {
        if (owners.get(partition) !== session) pass.run(group, partition, session);
      }
    },
    owned: (group, session) =>
      owned.all(group, session).map((row) => ({
        partition: file.partitions.get(Number(row['partition'])) as PartitionId, // as: the key of one of the file's partitions
        fence: Number(row['fence']),
      })),
  };
};
