/** The speed layer projects one log into its store, and tells when it does not, or cannot go on promising what it did. */
import type { Owners } from '@rushes/ports';
import { silentLogger } from '@rushes/runtime';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { startSpeed, type WatchedSpeed } from '../../src/index.ts';
import { HOUR_MS, openProjectionCase, PARTITION, type ProjectionCase } from './projection-case.ts';

/** A machine that does other things too. */
const PATIENT = { timeout: 300_000 };
let on: ProjectionCase;
let running: WatchedSpeed | undefined;
let members = 0;
beforeEach(async () => {
  on = await openProjectionCase();
  await on.give({ id: 'a', movie: 1, score: 8 });
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  await on.close();
});

interface Told {
  readonly errors: { readonly hint?: string; readonly message: string }[];
  readonly others: string[];
}

const start = (nowMs = Date.now, owners: Owners = on.store.owners): Told => {
  const errors: { hint?: string; message: string }[] = [];
  const others: string[] = [];
  const tell = { value: (_about: unknown, message: string) => others.push(message) };
  const logger = Object.create(silentLogger, {
    info: tell,
    warn: tell,
    error: {
      value: ({ hint }: { readonly hint?: string }, message: string) => errors.push({ message, ...(hint !== undefined && { hint }) }),
    },
  }) as typeof silentLogger; // as: the same, with another method
  running = startSpeed(
    { log: on.log, speed: on.store, owners, duplicateFilters: on.duplicateFilters, published: async () => undefined },
    { logger, member: `test ${(members += 1)}`, reject: async () => undefined, nowMs },
    { leaseMs: 60, waitMs: 1 },
  );
  return { errors, others };
};

test('a store of another log is left alone', async () => {
  await on.store.claimLog('another');
  const { errors } = start();
  await vi.waitFor(() => expect(errors).not.toEqual([]), PATIENT);
  expect(errors[0]?.message).toContain(
    `speed.sqlite holds what was projected from log another, but ${on.log.location} is log ${on.log.id}`,
  );
  expect(errors[0]?.hint).toContain('put the speed store aside');
  await vi.waitFor(() => expect(running?.isMember()).toBe(false), PATIENT);
  expect([await on.position(), await on.told(), await on.coverage()]).toEqual([undefined, {}, []]);
});

test('a store that is nobody’s becomes the log’s, and its own is gone on with', async () => {
  for (const id of ['b', 'c']) {
    const { errors } = start();
    await running?.caughtUp();
    await vi.waitFor(() => expect(running?.isMember()).toBe(true), PATIENT);
    await running?.stop();
    expect(errors).toEqual([]);
    expect(await on.told()).toEqual(await on.plain());
    expect((await on.store.claimLog('another')).log).toBe(on.log.id);
    await on.give({ id, movie: 1, score: 7 });
  }
});

test('who cannot renew for long is no member, and is one again after that', async () => {
  let isAway = false;
  const { owners } = on.store;
  start(Date.now, { ...owners, renew: (...args) => (isAway ? Promise.reject(new Error('the store is away')) : owners.renew(...args)) });
  expect(running?.isMember(), 'before it has joined').toBe(false);
  await vi.waitFor(() => expect(running?.isMember()).toBe(true), PATIENT);
  isAway = true;
  await vi.waitFor(() => expect(running?.isMember()).toBe(false), PATIENT);
  isAway = false;
  await vi.waitFor(() => expect(running?.isMember()).toBe(true), PATIENT);
});

test('an epoch that expires although the log has no more all of it is told of once', async () => {
  start(() => on.clock.nowMs);
  await running?.caughtUp();
  await running?.stop();
  on.clock.nowMs += 49 * HOUR_MS;
  await on.log.trim({ [PARTITION]: 1 });
  const renewals = vi.spyOn(on.store, 'upsert');
  const { others } = start(() => on.clock.nowMs);
  await vi.waitFor(() => expect(others.filter((message) => message.includes('log was trimmed'))).toHaveLength(1), PATIENT);
  const looks = vi.spyOn(on.store, 'progress');
  await vi.waitFor(() => expect(looks.mock.calls.length).toBeGreaterThan(3), PATIENT);
  expect(others.filter((message) => message.includes('anew before it expires'))).toHaveLength(1);
  expect(renewals.mock.calls).toEqual([]);
});
