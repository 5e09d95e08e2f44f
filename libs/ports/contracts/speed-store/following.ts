import { setTimeout } from 'node:timers/promises';

import type { SpeedStore } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, type Mock, test, vi } from 'vitest';

import type { Open, OpenedSpeedStore } from './opened-store.ts';
import { change, HOUR_MS, RATINGS, VIEW } from './samples.ts';

/** Long enough for a store that looks for others' writes from time to time, on a machine that has other work. */
const PATIENCE_MS = 10_000;

export const followTests = (open: Open): void => {
  describe('following changes', () => {
    let opened: OpenedSpeedStore;
    let store: SpeedStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.dispose());

    const called = async (listener: Mock<() => void>, times = 1): Promise<void> =>
      vi.waitFor(() => expect(listener.mock.calls.length).toBeGreaterThanOrEqual(times), { timeout: PATIENCE_MS, interval: 5 });

    test('a listener hears of its own client’s records', async () => {
      const listener = vi.fn<() => void>();
      store.onChange(listener);
      await store.appendChange(change(0, 1), HOUR_MS);
      await called(listener);
      expect(await store.readChanges(RATINGS, 0, 10)).toHaveLength(1);
    });

    test('a listener hears of other clients’ records, and can read them then', async () => {
      const other = await opened.reopen();
      const read: unknown[] = [];
      const listener = vi.fn<() => void>(() => void store.readChanges(RATINGS, 0, 10).then((changes) => read.push(...changes)));
      store.onChange(listener);
      await other.appendChange(change(0, 1), HOUR_MS);
      await called(listener);
      await vi.waitFor(() => expect(read).toContainEqual(change(0, 1)), { timeout: PATIENCE_MS });
    });

    test('all listeners hear, until they end it; ending it twice is harmless', async () => {
      const [first, second] = [vi.fn<() => void>(), vi.fn<() => void>()];
      const end = store.onChange(first);
      store.onChange(second);
      await store.appendChange(change(0, 1), HOUR_MS);
      await called(first);
      await called(second);
      end();
      end();
      const heard = first.mock.calls.length;
      await store.appendChange(change(1, 2), HOUR_MS);
      await called(second, 2);
      await setTimeout(100);
      expect(first).toHaveBeenCalledTimes(heard);
    });

    test('a function that listens twice is told apart', async () => {
      const listener = vi.fn<() => void>();
      const end = store.onChange(listener);
      store.onChange(listener);
      end();
      await store.appendChange(change(0, 1), HOUR_MS);
      await called(listener);
      expect(listener).toHaveBeenCalled();
    });

    test('nobody is called after the client was closed', async () => {
      const other = await opened.reopen();
      const listener = vi.fn<() => void>();
      other.onChange(listener);
      await other.close();
      await store.appendChange(change(0, 1), HOUR_MS);
      await setTimeout(200);
      expect(listener).not.toHaveBeenCalled();
    });

    test('who reads after each call misses none of several clients’ records', async () => {
      const [one, two] = [await opened.reopen(), await opened.reopen()];
      const seen = new Set<number>();
      let after = 0;
      let reading = Promise.resolve();
      const follow = async (): Promise<void> => {
        for (const { from, to } of await store.readChanges(RATINGS, after, 1_000)) {
          seen.add(from);
          after = to;
        }
      };
      const end = store.onChange(() => void (reading = reading.then(follow)));
      for (let from = 0; from < 60; from++) {
        await [store, one, two][from % 3]?.appendChange(change(from, from + 1), HOUR_MS);
        if (from % 7 === 0) await setTimeout(15);
      }
      await vi.waitFor(() => expect(seen.size).toBe(60), { timeout: PATIENCE_MS });
      end();
      await reading;
    });

    test('a lost connection is told when it is there again, and the store goes on', async (context) => {
      const { loseConnection } = opened;
      if (loseConnection === undefined) return context.skip('this store has no connection that could be lost');
      const [listener, ended] = [vi.fn<() => void>(), vi.fn<() => void>()];
      store.onReconnect(listener);
      store.onReconnect(ended)();
      await loseConnection();
      await called(listener);
      expect(ended).not.toHaveBeenCalled();
      const heard = vi.fn<() => void>();
      store.onChange(heard);
      await store.appendChange(change(0, 1), HOUR_MS);
      await called(heard);
      expect(await store.readKey(VIEW, 'a', 0)).toEqual([]);
    });

    test('ending what was never lost is harmless', () => {
      const end = store.onReconnect(vi.fn<() => void>());
      end();
      end();
      expect(end).toBeTypeOf('function');
    });
  });
};
