import { resolve } from 'node:path';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';

import type { PartitionId } from '@rushes/domain';
import type { Heartbeats, Owners, SpeedRow, SpeedStore } from '@rushes/ports';

import { requireInPlace } from '../sqlite-access/in-place.ts';
import { watchChanges } from './change-watch.ts';
import { changesOf } from './changes.ts';
import { storeBoundary } from '../store-errors/store-boundary.ts';
import { ADVICE, onFile } from './errors.ts';
import { expiryAt, removerOf } from './expiry.ts';
import { openDatabase, openDatabaseToRead } from './open-database.ts';
import { ownersOf } from './owners.ts';
import { heartbeatsOf } from './heartbeats.ts';
import { coverageOf, logOf, positionsOf, progressFrom } from './progress.ts';
import { damagesOf } from './damages.ts';
import { rowsOf, type ScannedRows } from './rows.ts';
import { inTransaction } from './transaction.ts';

export interface SqliteSpeedStoreOptions {
  /** Milliseconds since 1970, by which rows and leases expire. Default: the system's clock. */
  readonly now?: () => number;
  /** How often other processes' writes are looked for while somebody waits for changes. Default: 20. */
  readonly pollMs?: number;
  /** How long a call waits while another process has the file locked. Default: 10 seconds. */
  readonly lockWaitMs?: number;
  /** Only reads, from a file that is there and need not be writable. Default: false. */
  readonly readOnly?: boolean;
}

export interface SqliteSpeedStore extends SpeedStore {
  /** Who projects what, in the same file. */
  readonly owners: Owners;
  /** Which processes run, in the same file. */
  readonly heartbeats: Heartbeats;
}

/**
 * The speed store in one SQLite file, shared by any number of processes. SQLite runs on the caller's thread: a call takes as long as its rows do. What
 * writes waits for other processes that write, and the event loop goes on meanwhile; what reads does not. One call is one transaction. The connection to a file is never lost.
 */
export const openSqliteSpeedStore = async (file: string, options: SqliteSpeedStoreOptions = {}): Promise<SqliteSpeedStore> => {
  const { now = Date.now, pollMs = 20, lockWaitMs, readOnly = false } = options;
  const path = resolve(file);
  const { database, check } = readOnly
    ? await openDatabaseToRead(path, lockWaitMs)
    : { database: await openDatabase(path, lockWaitMs), check: () => undefined };
  const { damages, log, rows, changes, owners, heartbeats, coverage, positions, remover, dataVersion } = await onFile(path, () => {
    const found = damagesOf(database);
    return {
      damages: found,
      log: logOf(database),
      rows: rowsOf(database, found),
      changes: changesOf(database, found),
      owners: ownersOf(database),
      heartbeats: heartbeatsOf(database),
      coverage: coverageOf(database, found),
      positions: positionsOf(database, found),
      remover: removerOf(database),
      dataVersion: database.prepare('PRAGMA data_version'),
    };
  });
  const damageListeners = new Set<{ readonly call: (what: string) => void }>();
  const inPlace = requireInPlace(path);
  const watch = watchChanges(() => dataVersion.get()?.['data_version'], pollMs);
  const read = <Result>(work: () => Result): Promise<Result> =>
    onFile(
      path,
      () => {
        if (!database.isOpen) throw new Error(`the speed store ${path} was closed`);
        const result = work();
        check();
        return result;
      },
      lockWaitMs,
    );
  const write = <Result>(work: () => Result): Promise<Result> => read(() => inTransaction(database, work));
  /** What a read left out is settled before the read returns: coverage tells of it from then on. */
  const readChecked = async <Result>(work: () => Result): Promise<Result> => {
    const result = await read(work);
    if (damages.isEmpty()) return result;
    for (const what of await write(() => damages.settle(now()))) for (const { call } of damageListeners) call(`${what} in ${path}`);
    return result;
  };
  const closed = new AbortController();
  const writeAsOwner = (partition: PartitionId, fence: number, work: () => void): Promise<boolean> =>
    write(() => {
      const isOwner = owners.has(partition, fence);
      if (isOwner) work();
      return isOwner;
    });

  async function* scan(view: string, aboveEpoch: number): AsyncGenerator<readonly SpeedRow[]> {
    for (const group of await readChecked(() => rows.groupsAbove(view, aboveEpoch))) {
      let after: ScannedRows['next'];
      do {
        const from = after;
        const batch = await readChecked(() => rows.scanGroup(view, group, from, now()));
        if (batch.rows.length > 0) yield batch.rows;
        after = batch.next;
        await setImmediate();
      } while (after !== undefined);
    }
  }

  const identity = { location: path, onDamage: ADVICE };
  const store: SqliteSpeedStore = {
    location: path,
    claimLog: async (id) =>
      readOnly ? ((await read(log.read)) ?? { log: id, claimedAtMs: now() }) : write(() => log.claim(id, Math.floor(now()))),
    async upsert(timed, ttlMs) {
      const nowMs = now();
      const expiresAtMs = expiryAt(nowMs, ttlMs);
      await write(() => {
        rows.upsert(timed, expiresAtMs);
        remover.removeRows(nowMs, timed.length);
      });
    },
    readRows: async (keys) => readChecked(() => rows.readRows(keys, now())),
    scan,
    async appendChange(change, ttlMs) {
      const nowMs = now();
      const expiresAtMs = expiryAt(nowMs, ttlMs);
      await write(() => {
        changes.append(change, expiresAtMs);
        remover.removeChanges(nowMs);
      });
      watch.notify();
    },
    async changesAfter(after, { limit, waitMs = 0, signal }) {
      const partitions = Object.entries(after) as [PartitionId, number][]; // as: the keys of a vector
      const endMs = performance.now() + waitMs;
      for (;;) {
        signal?.throwIfAborted();
        const heard = new AbortController();
        // From before the read on, so that no change comes between the two.
        const stopWatching = waitMs > 0 ? watch.add(() => heard.abort()) : () => undefined;
        try {
          const found = await readChecked(() => partitions.flatMap(([partition, offset]) => changes.read(partition, offset, limit, now())));
          const leftMs = endMs - performance.now();
          if (found.length > 0 || leftMs <= 0) return found;
          const woken = AbortSignal.any([heard.signal, closed.signal, ...(signal ? [signal] : [])]);
          await sleep(leftMs, undefined, { signal: woken }).catch(() => undefined);
        } finally {
          stopWatching();
        }
      }
    },
    progress: async () => {
      inPlace();
      return readChecked(() => progressFrom(owners.all(), positions.read(), coverage.read()));
    },
    putCoverage: async (covered, fence) => writeAsOwner(covered.partition, fence, () => coverage.put(covered)),
    dropCoverage: async (partition, upToEpoch, fence) => writeAsOwner(partition, fence, () => coverage.drop(partition, upToEpoch)),
    putPosition: async (position, fence) => writeAsOwner(position.partition, fence, () => positions.put(position)),
    onDamage(listener) {
      const entry = { call: listener };
      damageListeners.add(entry);
      return () => damageListeners.delete(entry);
    },
    owners: storeBoundary<Owners>(
      {
        async renew(member, leaseMs) {
          if (!(leaseMs > 0)) throw new RangeError(`a lease of ${leaseMs} ms: give more than 0`);
          return write(() => ({ members: owners.renew(member, Math.ceil(leaseMs), Math.floor(now())), owned: owners.all() }));
        },
        claim: async (partition, member, seenFence) => write(() => owners.claim(partition, member, seenFence)),
        release: async (partition, fence) => write(() => owners.release(partition, fence)),
        leave: async (member) => write(() => owners.leave(member)),
      },
      identity,
    ),
    heartbeats: storeBoundary<Heartbeats>(
      {
        beat: async (report, ttlMs) => write(() => heartbeats.beat(report, ttlMs, Math.floor(now()))),
        list: async () => read(() => heartbeats.list(Math.floor(now()))),
        end: async (id) => write(() => heartbeats.end(id)),
      },
      identity,
    ),
    async close() {
      closed.abort();
      watch.close();
      if (database.isOpen) database.close();
    },
  };
  return storeBoundary(store, identity);
};
