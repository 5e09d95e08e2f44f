/** The network loses requests or answers: what is told, and what is found afterwards. */
import { setTimeout as sleep } from 'node:timers/promises';

import { StoreUnavailable, WriteInDoubtError } from '@rushes/ports';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { CassandraSpeedStore } from './index.ts';
import { TEST_CASSANDRA, type TestKeyspace, testKeyspaces } from './keyspaces-for-tests.ts';
import { startProxy, type TestProxy } from '../for-tests/tcp-proxy.ts';

const HOUR_MS = 3_600_000;
const PARTITION = 'movie.ratings/0' as const;
const LIMITS = { requestTimeoutMs: 1_000 };

const keyspaces = testKeyspaces();
afterAll(() => keyspaces.end());

let keyspace: TestKeyspace;
let proxy: TestProxy;
/** Behind the proxy. */
let store: CassandraSpeedStore;
/** Without it. */
let other: CassandraSpeedStore;
beforeEach(async () => {
  keyspace = await keyspaces.take();
  other = await keyspace.open();
  proxy = await startProxy(TEST_CASSANDRA);
  store = await keyspace.open({ contactPoints: [proxy.contactPoint], limits: LIMITS });
});
afterEach(async () => {
  await proxy.close();
  await keyspace.giveBack();
});

const position = (offset: number) => ({ partition: PARTITION, offset, epoch: 1, opening: { offset: 0, appendedAtMs: 0 } });
const row = {
  view: 'v',
  key: 'k',
  epoch: 1,
  partition: PARTITION,
  generation: 0,
  lastOffset: 1,
  appendedAtMs: 1,
  timestampUs: 1_767_323_045_000_000,
  state: 's',
};
const change = { partition: PARTITION, from: 0, to: 2, epoch: 1, generation: 0, appendedAtMs: 1, rows: [] };
const coverage = { partition: PARTITION, epoch: 1, generation: 0, from: 0, expiresAtMs: 9e15, begun: 0, baseUs: 1 };
const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const offsets = async (of = store) => (await of.progress()).flatMap(({ position: at }) => at?.offset ?? []);
/** The server knows all statements: what is lost is the write, not its preparation. */
const prepared = async (): Promise<void> => {
  const partition = 'movie.reviews/0';
  await store.owners.claim(partition, 'p', (await store.owners.claim(partition, 'p', 0)) ?? 0);
  await store.upsert([{ ...row, view: 'w' }], HOUR_MS);
  await store.appendChange({ ...change, partition }, HOUR_MS);
};
/** The network is well again: until the client has noticed it says that the store is out of reach. */
const recovered = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  proxy.requests('pass');
  proxy.answers('pass');
  proxy.cut();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      await sleep(50);
    }
  }
};

describe.each(['requests', 'answers'] as const)('%s are lost', (lost) => {
  const happened = lost === 'answers';

  test('every write is in doubt, a read is not; reading back decides', async () => {
    const fence = (await store.owners.claim(PARTITION, 'a', 0)) ?? 0;
    await store.putPosition(position(1), fence);
    expect(await store.putCoverage(coverage, fence)).toBe(true);
    await prepared();
    proxy[lost]('lose');
    const writes = [store.putPosition(position(2), fence), store.upsert([row], HOUR_MS), store.appendChange(change, HOUR_MS)];
    for (const error of await Promise.all(writes.map(failure))) expect(error).toBeInstanceOf(WriteInDoubtError);
    const read = await failure(store.readRows([row]));
    expect(read).toBeInstanceOf(StoreUnavailable);
    expect(read).not.toBeInstanceOf(WriteInDoubtError);
    expect(await recovered(offsets)).toEqual([happened ? 2 : 1]);
    expect(await store.readRows([row])).toHaveLength(happened ? 1 : 0);
    expect(await store.changesAfter({ [PARTITION]: 0 }, { limit: 1 })).toHaveLength(happened ? 1 : 0);
    expect(await store.putPosition(position(3), fence)).toBe(true);
    expect(await offsets(other)).toEqual([3]);
  });

  test('coverage in doubt is read before it is written again', async () => {
    const fence = (await store.owners.claim(PARTITION, 'a', 0)) ?? 0;
    expect(await store.putCoverage(coverage, fence)).toBe(true);
    proxy[lost]('lose');
    expect(await failure(store.putCoverage({ ...coverage, epoch: 2 }, fence))).toBeInstanceOf(WriteInDoubtError);
    expect(await recovered(() => store.putCoverage({ ...coverage, epoch: 3 }, fence))).toBe(true);
    const epochs = (await other.progress()).flatMap((one) => one.coverage.map(({ epoch }) => epoch));
    expect(epochs).toEqual(happened ? [1, 2, 3] : [1, 3]);
  });

  test('a claim in doubt is won by asking again, unless somebody else was quicker', async () => {
    await prepared();
    proxy[lost]('lose');
    expect(await failure(store.owners.claim(PARTITION, 'a', 0))).toBeInstanceOf(WriteInDoubtError);
    const fence = await recovered(() => store.owners.claim(PARTITION, 'a', 0));
    expect(fence).toBe(1);
    proxy[lost]('lose');
    expect(await failure(store.owners.claim(PARTITION, 'b', 1))).toBeInstanceOf(WriteInDoubtError);
    const seen = happened ? 2 : 1;
    expect(await other.owners.claim(PARTITION, 'c', seen)).toBe(seen + 1);
    expect(await recovered(() => store.owners.claim(PARTITION, 'b', 1))).toBeUndefined();
  });

  test('whose the store is decides itself by asking again', async () => {
    await store.claimLog('log 0');
    await keyspaces.execute(keyspace.name, 'TRUNCATE %KS%.log');
    proxy[lost]('lose');
    expect(await failure(store.claimLog('log a'))).toBeInstanceOf(WriteInDoubtError);
    const claimed = await recovered(() => store.claimLog('log b'));
    expect(claimed.log).toBe(happened ? 'log a' : 'log b');
    expect(await other.claimLog('log c')).toEqual(claimed);
  });
});

test('what a former owner sent before somebody else claimed, and arrives afterwards, is refused', async () => {
  const fence = (await store.owners.claim(PARTITION, 'a', 0)) ?? 0;
  await store.putPosition(position(1), fence);
  await store.putCoverage(coverage, fence);
  proxy.requests('hold');
  const late = [
    store.putPosition(position(9), fence),
    store.putCoverage({ ...coverage, epoch: 9 }, fence),
    store.dropCoverage(PARTITION, 1, fence),
  ].map(failure);
  const next = await other.owners.claim(PARTITION, 'b', fence);
  expect(next).toBeGreaterThan(fence);
  expect(await other.putPosition(position(2), next ?? 0)).toBe(true);
  // By now all of them have given up.
  for (const error of await Promise.all(late)) expect(error).toBeInstanceOf(WriteInDoubtError);
  proxy.requests('pass');
  await sleep(500);
  const [progress] = await other.progress();
  expect(progress).toEqual({ partition: PARTITION, owner: 'b', fence: next, position: position(2), coverage: [coverage] });
  expect(await recovered(() => store.putPosition(position(10), fence))).toBe(false);
});

test('members that race for a partition over a bad network: each fence is one member’s, and nothing is taken under a former one', async () => {
  const members = await Promise.all(
    ['a', 'b', 'c'].map(async (id) => {
      const own = await startProxy(TEST_CASSANDRA);
      return { id, own, client: await keyspace.open({ contactPoints: [own.contactPoint], limits: { requestTimeoutMs: 150 } }) };
    }),
  );
  const winners = new Map<number, string>();
  let highest = 0;
  const [refused, doubted, taken] = [[0], [0], [0]];
  const count = (of: number[]): void => void (of[0] = (of[0] ?? 0) + 1);
  const untilMs = performance.now() + 6_000;
  const spoil = async (): Promise<void> => {
    for (let n = 0; performance.now() < untilMs; n++) {
      const one = members[n % 3];
      const direction = n % 2 === 0 ? 'answers' : 'requests';
      one?.own[direction](n % 4 < 2 ? 'lose' : 'hold');
      await sleep(200);
      one?.own[direction]('pass');
      if (n % 5 === 0) one?.own.cut();
      await sleep(100);
    }
  };
  const race = async ({ id, client }: (typeof members)[number]): Promise<void> => {
    for (let n = 0; performance.now() < untilMs || winners.size < 3; n++) {
      try {
        const seen = (await client.progress())[0]?.fence ?? 0;
        const fence = await client.owners.claim(PARTITION, id, seen);
        if (fence === undefined) continue;
        expect(winners.get(fence) ?? id).toBe(id);
        winners.set(fence, id);
        highest = Math.max(highest, fence);
        for (let offset = 0; offset < 5; offset++) {
          const isFormer = highest > fence;
          const isTaken = await client.putPosition(position(offset), fence);
          if (isFormer) expect(isTaken).toBe(false);
          count(isTaken ? taken : refused);
          await sleep(offset * 10);
        }
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        count(doubted);
        await sleep(20);
      }
    }
  };
  await Promise.all([spoil(), ...members.map(race)]);
  for (const { own } of members) await own.close();
  expect([winners.size, taken[0], refused[0], doubted[0]].every((many) => (many ?? 0) > 0)).toBe(true);
}, 120_000);
