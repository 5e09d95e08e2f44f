import { setTimeout } from 'node:timers/promises';

import type { SpeedStore } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Open, OpenedSpeedStore } from './opened-store.ts';
import { change, HOUR_MS, RATINGS, REVIEWS } from './samples.ts';

/** Longer than any test: what waits so long was woken, or the test fails. */
const LONG_MS = 600_000;

export const waitTests = (open: Open): void => {
  describe('waiting for changes', () => {
    let opened: OpenedSpeedStore;
    let store: SpeedStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.dispose());

    const waiting = (after = 0, signal?: AbortSignal) =>
      store.changesAfter({ [RATINGS]: after, [REVIEWS]: after }, { limit: 10, waitMs: LONG_MS, signal });

    test('what is there is returned without waiting', async () => {
      await store.appendChange(change(0, 1), HOUR_MS);
      expect(await waiting()).toEqual([change(0, 1)]);
    });

    test('without a record nobody waits longer than was said', async () => {
      expect(await store.changesAfter({ [RATINGS]: 0 }, { limit: 10, waitMs: 30 })).toEqual([]);
      expect(await store.changesAfter({ [RATINGS]: 0 }, { limit: 10, waitMs: 0 })).toEqual([]);
      expect(await store.changesAfter({ [RATINGS]: 0 }, { limit: 10 })).toEqual([]);
    });

    test('a record of its own client ends the wait', async () => {
      const found = waiting();
      await setTimeout(5);
      await store.appendChange(change(0, 1), HOUR_MS);
      expect(await found).toEqual([change(0, 1)]);
    });

    test('a record of another client ends the wait, of whichever partition', async () => {
      const other = await opened.reopen();
      const found = waiting();
      await setTimeout(5);
      await other.appendChange(change(0, 1, { partition: REVIEWS }), HOUR_MS);
      expect(await found).toEqual([change(0, 1, { partition: REVIEWS })]);
    });

    test('records of other partitions, and before the offset, do not', async () => {
      const found = waiting(5);
      await setTimeout(5);
      await store.appendChange(change(0, 1), HOUR_MS);
      await store.appendChange(change(6, 7, { partition: 'movie.reviews/3' }), HOUR_MS);
      await setTimeout(60);
      await store.appendChange(change(6, 7), HOUR_MS);
      expect(await found).toEqual([change(6, 7)]);
    });

    test('several wait at once', async () => {
      const found = [waiting(), waiting(), (await opened.reopen()).changesAfter({ [RATINGS]: 0 }, { limit: 1, waitMs: LONG_MS })];
      await setTimeout(5);
      await store.appendChange(change(0, 1), HOUR_MS);
      expect(await Promise.all(found)).toEqual([[change(0, 1)], [change(0, 1)], [change(0, 1)]]);
    });

    test('a signal ends the wait, with its reason; an aborted one is not waited with', async () => {
      const ended = new AbortController();
      const found = waiting(0, ended.signal);
      await setTimeout(5);
      ended.abort(new Error('no longer wanted'));
      await expect(found).rejects.toThrow('no longer wanted');
      await expect(waiting(0, ended.signal)).rejects.toThrow('no longer wanted');
    });

    test('closing the client ends the wait', async () => {
      const other = await opened.reopen();
      const found = other.changesAfter({ [RATINGS]: 0 }, { limit: 10, waitMs: LONG_MS });
      const ended = found.then(
        () => undefined,
        (error: unknown) => error,
      );
      await setTimeout(5);
      await other.close();
      expect(String(await ended)).toContain('closed');
    });

    test('who asks again after each answer misses none of several clients’ records', async () => {
      const clients = [store, await opened.reopen(), await opened.reopen()];
      const writing = (async () => {
        for (let from = 0; from < 60; from++) {
          await clients[from % 3]?.appendChange(change(from, from + 1), HOUR_MS);
          if (from % 7 === 0) await setTimeout(15);
        }
      })();
      const seen: number[] = [];
      while (seen.length < 60) seen.push(...(await waiting(seen.length)).map(({ from }) => from));
      await writing;
      expect(seen).toEqual(Array.from({ length: 60 }, (_, from) => from));
    });
  });
};
