import { openLake } from '@rushes/lake';
import { expect, test } from 'vitest';
import { memoryObjectStore } from '../../test/memory-object-store.ts';
import { type Claim, claimVersion } from './claim.ts';
import { EXPIRY_MS, isAlive, startHeartbeat } from './heartbeat.ts';
import { runUnderWay } from './run-under-way.ts';

const START_MS = Date.parse('2026-03-01T12:00:00Z');
const at = (ms: number): Date => new Date(START_MS + ms);
const never = (error: unknown): never => {
  throw error;
};

/** A lake in memory, a run's claim in it, and a clock that the test sets. */
const claimed = async () => {
  const objects = memoryObjectStore();
  const lake = openLake(objects, '');
  const claim = await claimVersion(lake, 0, 'imdb', at(0), 'run');
  const clock = { ms: 0 };
  const renewals = { count: 0 };
  const counting = openLake(
    {
      ...objects,
      put: async (key, body) => {
        await objects.put(key, body);
        renewals.count += 1;
      },
    },
    '',
  );
  const until = async (count: number): Promise<void> => {
    while (renewals.count < count) await new Promise((resolve) => setImmediate(resolve));
  };
  return { objects, lake, claim, clock, until, counting };
};

test('a run is alive from its claim on, as long as it renews its heartbeat, and for a minute after the last', async () => {
  const { lake, claim, clock, until, counting } = await claimed();
  expect(await isAlive(lake, claim, at(EXPIRY_MS - 1))).toBe(true);
  expect(await isAlive(lake, claim, at(EXPIRY_MS))).toBe(false);
  const heartbeat = startHeartbeat(counting, claim, { now: () => at(clock.ms), onFault: never, everyMs: 1 });
  clock.ms = 10 * EXPIRY_MS;
  await until(3);
  expect(await isAlive(lake, claim, at(11 * EXPIRY_MS - 1))).toBe(true);
  expect(await runUnderWay(lake, at(11 * EXPIRY_MS - 1))).toBe(claim.version);
  expect(await isAlive(lake, claim, at(11 * EXPIRY_MS))).toBe(false);
  expect(await runUnderWay(lake, at(11 * EXPIRY_MS))).toBeUndefined();
  await heartbeat.stop();
});

test('what stops leaves no heartbeat behind', async () => {
  const { objects, lake, claim, until, counting } = await claimed();
  const heartbeat = startHeartbeat(counting, claim, { now: () => at(0), onFault: never, everyMs: 1 });
  await until(1);
  await heartbeat.stop();
  const keys: string[] = [];
  for await (const { key } of objects.list('')) keys.push(key);
  expect(keys).toEqual(['claims/claim-1.json']);
  expect(await isAlive(lake, claim, at(2 * EXPIRY_MS))).toBe(false);
});

test('a renewal that fails is told, and the next one is tried', async () => {
  const { objects, claim } = await claimed();
  const faults: unknown[] = [];
  const broken = openLake({ ...objects, put: () => Promise.reject(new Error('unavailable')) }, '');
  const heartbeat = startHeartbeat(broken, claim, { now: () => at(0), onFault: (error) => faults.push(error), everyMs: 1 });
  while (faults.length < 3) await new Promise((resolve) => setImmediate(resolve));
  await heartbeat.stop();
  expect(faults).toContainEqual(new Error('unavailable'));
});

test('a heartbeat of another run, one from the future, and a claim of an earlier version of the code say nothing', async () => {
  const { lake, claim } = await claimed();
  const { id: _, ...unnamed }: Claim = claim;
  expect(await isAlive(lake, unnamed, at(0))).toBe(false);
  await lake.putJson('heartbeats/run-1.json', { id: 'another', renewedAt: at(5 * EXPIRY_MS).toISOString() });
  expect(await isAlive(lake, claim, at(5 * EXPIRY_MS))).toBe(false);
  await lake.putJson('heartbeats/run-1.json', { id: claim.id, renewedAt: at(5 * EXPIRY_MS).toISOString() });
  expect(await isAlive(lake, claim, at(0))).toBe(false);
});

test('runs that claim at the same moment get numbers of their own', async () => {
  const lake = openLake(memoryObjectStore(), '');
  const claims = await Promise.all(['a', 'b', 'c', 'd'].map((id) => claimVersion(lake, 4, 'imdb', at(0), id)));
  expect(new Set(claims.map(({ version }) => version))).toEqual(new Set([5, 6, 7, 8]));
});
