import type { BatchViewStore, Publication } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { batches, drop, FILMS, SOME_FILMS } from './films.ts';
import type { OpenedBatchViewStore } from './opened-store.ts';

const publication = (number: number, version = number): Publication => ({
  number,
  version,
  manifest: `manifests/${version}.json`,
  views: { films: { artefact: `films-${version}`, rows: 5 }, genres: { artefact: 'genres-é', rows: 0 } },
  cut: { 'movie.ratings/1': 17 },
  log: 'a-log',
  cutAt: '2026-01-02T03:04:05.678Z',
  publishedAt: '2026-01-02T03:09:00.000Z',
  reason: version === number ? 'run' : 'rollback',
});

export const publicationTests = (open: () => Promise<OpenedBatchViewStore>): void => {
  describe('publishing', () => {
    let opened: OpenedBatchViewStore;
    let store: BatchViewStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.dispose());

    test('at first nothing is published', async () => {
      expect(await store.currentPublication()).toBeUndefined();
      expect(await store.listPublications(10)).toEqual([]);
    });

    test('a publication comes back as it was, also to another process', async () => {
      expect(await store.insertPublication(publication(1))).toBe(true);
      expect(await store.currentPublication()).toEqual(publication(1));
      expect(await (await opened.reopen()).currentPublication()).toEqual(publication(1));
    });

    test('one that knows no log comes back without', async () => {
      const { log: _, ...without } = publication(1);
      await store.insertPublication(without);
      expect(await store.currentPublication()).toEqual(without);
      expect(await store.currentPublication()).not.toHaveProperty('log');
    });

    test('the highest number is current, whatever the order and the version', async () => {
      for (const number of [2, 10, 9]) await store.insertPublication(publication(number));
      await store.insertPublication(publication(11, 2));
      expect(await store.currentPublication()).toEqual(publication(11, 2));
      expect((await store.listPublications(3)).map(({ number }) => number)).toEqual([11, 10, 9]);
      expect((await store.listPublications(100)).map(({ number }) => number)).toEqual([11, 10, 9, 2]);
    });

    test('a number that is taken is refused, and what was published stays', async () => {
      await store.insertPublication(publication(1));
      expect(await store.insertPublication({ ...publication(1), version: 7 })).toBe(false);
      expect(await (await opened.reopen()).insertPublication({ ...publication(1), version: 8 })).toBe(false);
      expect(await store.listPublications(10)).toEqual([publication(1)]);
    });

    test('a number that the same attempt took counts as won, and what was published stays', async () => {
      const own = { ...publication(1), attempt: 'mine' };
      expect(await store.insertPublication(own)).toBe(true);
      expect(await store.insertPublication(own)).toBe(true);
      expect(await (await opened.reopen()).insertPublication({ ...own, publishedAt: '2026-01-03T00:00:00.000Z' })).toBe(true);
      expect(await store.insertPublication({ ...own, attempt: 'another' })).toBe(false);
      expect(await store.insertPublication(publication(1))).toBe(false);
      expect(await store.listPublications(10)).toEqual([own]);
    });

    test('of racing inserts of one number exactly one wins, and is what is read', async () => {
      const others = await Promise.all([opened.reopen(), opened.reopen(), opened.reopen()]);
      for (let number = 1; number <= 10; number++) {
        const racers = [store, ...others, store, ...others];
        const won = await Promise.all(racers.map((racer, n) => racer.insertPublication({ ...publication(number), version: 100 + n })));
        expect(won.filter(Boolean)).toHaveLength(1);
        expect(await store.currentPublication()).toMatchObject({ number, version: 100 + won.indexOf(true) });
      }
    });

    test('readers see each publication whole, and the numbers only rise', async () => {
      const other = await opened.reopen();
      const state = { publishing: true };
      const read = async (): Promise<void> => {
        let last = 0;
        while (state.publishing) {
          const current = await other.currentPublication();
          expect(current).toEqual(current && publication(current.number));
          expect(current?.number ?? 0).toBeGreaterThanOrEqual(last);
          last = current?.number ?? 0;
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      const publish = async (): Promise<void> => {
        for (let number = 1; number <= 15; number++) await store.insertPublication(publication(number));
        state.publishing = false;
      };
      await Promise.all([publish(), read()]);
      expect((await other.currentPublication())?.number).toBe(15);
    });

    test('readers of an artefact are not disturbed by new artefacts, publications and removals of others', async () => {
      await store.build('films-1', FILMS, batches(SOME_FILMS));
      await store.insertPublication(publication(1));
      const reader = await (await opened.reopen()).open('films-1');
      const page = () => reader.list({ where: [], sort: [{ column: 'title', desc: false }], limit: 9, columns: ['title'] });
      const first = await page();
      for (let version = 2; version <= 4; version++) {
        await store.build(`films-${version}`, FILMS, batches(SOME_FILMS.slice(version)));
        await store.insertPublication(publication(version));
        if (version > 2) await drop(store, `films-${version - 1}`);
        expect(await page()).toEqual(first);
      }
      await reader.close();
    });
  });
};
