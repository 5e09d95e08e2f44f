/**
 * Time to live, counted at each write from the store's now. What a write ruled out, before or while it lived, does not come back when it expires.
 * Not relied upon, because stores differ: whether an older write that arrives after the newer one has expired is ruled out, or is read; whether
 * a repeated write of equal timestamp lives longer.
 */
import type { SpeedStore } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { claimNext, type Open, type OpenedSpeedStore, pass } from './opened-store.ts';
import {
  change,
  changesOf,
  coverage,
  coverageOf,
  find,
  HOUR_MS,
  ordered,
  position,
  positionOf,
  RATINGS,
  row,
  scanAll,
  untimed,
  VIEW,
} from './samples.ts';

/** A store may count whole seconds: nothing is asked within one of an expiry. */
const TTL_MS = 3_000;
const BEFORE_MS = 1_500;
const AFTER_MS = 3_000;
const CLOCK_MS = 1_000;
const LONGEST_TTL_MS = 60_000;

export const expiryTests = (open: Open): void => {
  describe('time to live', () => {
    let opened: OpenedSpeedStore;
    let store: SpeedStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.dispose());

    /**
     * Writes, and looks at what lives. Where a server's clock passes by itself, a busy machine may come too late to see it: then everything anew with a longer
     * time to live. Returns that time.
     */
    const seenAlive = async (work: (ttlMs: number) => Promise<void>): Promise<number> => {
      for (let ttlMs = TTL_MS; ; ttlMs *= 3) {
        const beganMs = performance.now();
        try {
          await work(ttlMs);
          return ttlMs;
        } catch (error) {
          if (opened.advanceClock !== undefined || performance.now() - beganMs < ttlMs - CLOCK_MS || ttlMs > LONGEST_TTL_MS) throw error;
          await opened.dispose();
          opened = await open();
          store = opened.store;
        }
      }
    };

    test('rows and change records are read until they expire, and never again', async () => {
      const ttlMs = await seenAlive(async (time) => {
        await store.upsert([row(1)], time);
        await store.appendChange(change(0, 2), time);
        const other = await opened.reopen();
        await pass(opened, BEFORE_MS);
        for (const client of [store, other]) {
          expect(await find(client, {})).toHaveLength(1);
          expect(await scanAll(client, VIEW, 0)).toHaveLength(1);
          expect(await changesOf(client, 0)).toHaveLength(1);
        }
      });
      await pass(opened, ttlMs);
      for (const client of [store, await opened.reopen()]) {
        expect(await find(client, {})).toEqual([]);
        expect(await scanAll(client, VIEW, 0)).toEqual([]);
        expect(await changesOf(client, 0)).toEqual([]);
      }
    });

    test('each row by its own last write: a newer write lives its own time, an older one adds none', async () => {
      await store.upsert([row(1), row(5, { key: 'b' })], TTL_MS);
      await pass(opened, BEFORE_MS);
      await store.upsert([row(2), row(4, { key: 'b' })], HOUR_MS);
      await store.upsert([row(7, { key: 'c' })], HOUR_MS);
      await store.upsert([row(8, { key: 'c' })], TTL_MS);
      await pass(opened, AFTER_MS);
      expect(await find(store, {})).toEqual([untimed(row(2))]);
      expect(await find(store, { key: 'b' })).toEqual([]);
      expect(await find(store, { key: 'c' })).toEqual([]);
    });

    test('the timestamp does not count: old writes live as long as new ones', async () => {
      await seenAlive(async (time) => {
        await store.upsert([{ ...row(1), timestampUs: 1 }], time);
        await pass(opened, BEFORE_MS);
        expect(await find(store, {})).toHaveLength(1);
      });
    });

    test('an expired row is there again after a newer write', async () => {
      await store.upsert([row(1)], TTL_MS);
      await pass(opened, TTL_MS + BEFORE_MS);
      await store.upsert([row(2)], HOUR_MS);
      expect(await find(store, {})).toEqual([untimed(row(2))]);
    });

    test('a renewed epoch stands beside its former generation, which expires when it would have', async () => {
      const renewed = [row(1, { generation: 1 }), row(2, { key: 'b', generation: 1 })];
      const fence = await claimNext(opened, RATINGS);
      await store.upsert([row(1), row(2, { key: 'b' })], TTL_MS);
      await store.putCoverage(coverage(7), fence);
      await pass(opened, BEFORE_MS);
      await store.upsert(renewed, HOUR_MS);
      await store.putCoverage(coverage(7, { generation: 1 }), fence);
      expect(await find(store, {}, { generation: 1 })).toHaveLength(2);
      await pass(opened, AFTER_MS);
      expect(ordered(await scanAll(store, VIEW, 0))).toEqual(ordered(renewed.map(untimed)));
      expect(await coverageOf(store)).toEqual([coverage(7, { generation: 1 })]);
    });

    test('a change record that was replaced lives its new time', async () => {
      await store.appendChange(change(0, 2), TTL_MS);
      await pass(opened, BEFORE_MS);
      await store.appendChange(change(1, 2), HOUR_MS);
      await pass(opened, AFTER_MS);
      expect(await changesOf(store, 0)).toEqual([change(1, 2)]);
    });

    test('coverage and positions do not expire', async () => {
      const fence = await claimNext(opened, RATINGS);
      await store.putCoverage(coverage(7, { expiresAtMs: 1 }), fence);
      await store.putPosition(position(12), fence);
      await pass(opened, TTL_MS + BEFORE_MS);
      expect(await coverageOf(store)).toEqual([coverage(7, { expiresAtMs: 1 })]);
      expect(await positionOf(store)).toEqual(position(12));
    });
  });
};
