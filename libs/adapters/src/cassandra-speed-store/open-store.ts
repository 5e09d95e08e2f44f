/** A speed store and its owners in a keyspace of Cassandra. */
import { type Coverage, type Heartbeats, type Owners, type SpeedStore, StoreFault } from '@rushes/ports';

import { storeBoundary } from '../store-errors/store-boundary.ts';
import { changeWaitOf } from './change-wait.ts';
import { changesOf } from './changes.ts';
import { connect } from './connect.ts';
import { damagesOf } from './damages.ts';
import { contactPoint, keyspaceName, locationOf } from './location.ts';
import { heartbeatsOf } from './heartbeats.ts';
import { logClaimOf } from './log-claim.ts';
import { localDistrust } from './local-distrust.ts';
import { membersOf } from './members.ts';
import { prepareSchema, requireSchema } from './migrations.ts';
import type { CassandraSpeedStoreOptions } from './options.ts';
import { ownedOf } from './owned.ts';
import { rowsOf } from './rows.ts';
import { type Session, sessionOf } from './session.ts';
import { checkStart } from './start-checks.ts';
import { ttlSeconds } from './time-to-live.ts';
import { untilAborted } from './until-aborted.ts';

export interface CassandraSpeedStore extends SpeedStore {
  /** Who projects what, in the same keyspace. */
  readonly owners: Owners;
  /** Which processes run, in the same keyspace. */
  readonly heartbeats: Heartbeats;
}

const POLL_MS = 50;
const CHUNK_BYTES = 1024 * 1024;
const PAGE_ROWS = 500;
const REQUESTS_AT_ONCE = 64;
const REPLICAS = 3;

/** Connects, makes keyspace and tables where they are missing, and checks the servers. */
const beginSession = async (options: CassandraSpeedStoreOptions, location: string): Promise<Session> => {
  const { keyspace, replicationFactor = REPLICAS, readOnly = false, startChecks = true, onWarning, limits } = options;
  const { client, dataCenter } = await connect(options, location);
  try {
    const place = { client, location, keyspace, dataCenter, replicationFactor };
    await (readOnly ? requireSchema : prepareSchema)(place);
    if (startChecks) await checkStart({ ...place, readOnly, now: options.now ?? Date.now }, onWarning);
  } catch (error) {
    await client.shutdown();
    throw error;
  }
  return sessionOf(client, location, limits?.requestsAtOnce ?? REQUESTS_AT_ONCE);
};

const storeOf = (session: Session, options: CassandraSpeedStoreOptions): CassandraSpeedStore => {
  const { keyspace, readOnly = false, now = Date.now, pollMs = POLL_MS, limits = {} } = options;
  const { location } = session;
  const owned = ownedOf(session, keyspace);
  const own = localDistrust();
  const listeners = new Set<{ readonly call: (what: string) => void }>();
  const damages = damagesOf({
    readOnly,
    distrust: async (damage) => {
      if (readOnly)
        own.distrust(
          damage,
          (await owned.progress(damages)).flatMap((one) => one.coverage),
          now(),
        );
      else await owned.distrust(damage, now());
    },
    notify: (what) => {
      for (const { call } of listeners) call(`${what} in ${location}`);
    },
  });
  const members = membersOf(session, keyspace);
  const heartbeats = heartbeatsOf(session, keyspace);
  const log = logClaimOf(session, keyspace);
  const rows = rowsOf(session, keyspace, damages, limits.pageRows ?? PAGE_ROWS);
  const changes = changesOf(session, keyspace, damages, limits.chunkBytes ?? CHUNK_BYTES);
  const wait = changeWaitOf(pollMs);

  /** What a read left out is settled before it returns. */
  const settled = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = await work();
    if (!damages.isEmpty()) await damages.settle();
    return result;
  };
  const mayWrite = (): void => {
    if (readOnly) throw new StoreFault({ location, reason: 'was opened only to be read', hint: 'Open it to be written.' });
  };
  const writing = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    mayWrite();
    return work();
  };

  return {
    location,
    claimLog: async (id) => (readOnly ? ((await log.read()) ?? { log: id, claimedAtMs: now() }) : log.claim(id, now())),
    upsert: (timed, ttlMs) => writing(async () => rows.upsert(timed, ttlSeconds(ttlMs))),
    readRows: (keys) => settled(() => rows.readRows(keys)),
    scan: (view, aboveEpoch) => rows.scan(view, aboveEpoch),
    async appendChange(change, ttlMs) {
      await writing(async () => changes.append(change, ttlSeconds(ttlMs)));
      wait.notify();
    },
    changesAfter: (after, { limit, waitMs = 0, signal }) => wait.until(() => settled(() => changes.read(after, limit)), waitMs, signal),
    async progress() {
      for (;;) {
        const progress = await owned.progress(damages);
        if (damages.isEmpty())
          return progress.map((one) => ({ ...one, coverage: one.coverage.map((covered: Coverage) => own.judged(covered)) }));
        await damages.settle();
      }
    },
    putCoverage: (coverage, fence) => writing(() => owned.putCoverage(coverage, fence)),
    dropCoverage: (partition, upToEpoch, fence) => writing(() => owned.dropCoverage(partition, upToEpoch, fence)),
    putPosition: (position, fence) => writing(() => owned.putPosition(position, fence)),
    onDamage(listener) {
      const entry = { call: listener };
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
    owners: storeBoundary<Owners>(
      {
        renew: (member, leaseMs, { signal } = {}) =>
          writing(async () => {
            const renewed = Promise.all([members.renew(member, leaseMs), owned.all()]);
            const [all, ownership] = await untilAborted(renewed, signal);
            return { members: all, owned: ownership };
          }),
        claim: (partition, member, seenFence) => writing(() => owned.claim(partition, member, seenFence)),
        release: (partition, fence) => writing(() => owned.release(partition, fence)),
        leave: (member) =>
          writing(async () => {
            const mine = (await owned.all()).filter(({ owner }) => owner === member);
            await Promise.all(mine.map(({ partition, fence }) => owned.release(partition, fence)));
            await members.remove(member);
          }),
      },
      { location },
    ),
    heartbeats: storeBoundary<Heartbeats>(
      {
        beat: (report, ttlMs) => writing(() => heartbeats.beat(report, ttlMs)),
        list: () => heartbeats.list(),
        end: (id) => writing(() => heartbeats.end(id)),
      },
      { location },
    ),
    async close() {
      wait.close();
      await session.close();
    },
  };
};

/**
 * Opens the store; keyspace and tables are made where they are missing, unless it is only read.
 * @throws StoreUnavailable if no host can be reached; StoreFault with everything that the start checks find wrong.
 */
export const openCassandraSpeedStore = async (options: CassandraSpeedStoreOptions): Promise<CassandraSpeedStore> => {
  const contactPoints = options.contactPoints.map(contactPoint);
  const location = locationOf({ contactPoints, keyspace: keyspaceName(options.keyspace) });
  return storeBoundary(storeOf(await beginSession(options, location), options), { location });
};
