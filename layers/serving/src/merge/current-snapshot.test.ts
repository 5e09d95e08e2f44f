import type { ArtefactRow } from '@rushes/ports';
import { genres } from '@rushes/views';
import { describe, expect, test } from 'vitest';

import { publish } from '../../test/catalog.ts';
import { CATALOG } from '../../test/films.ts';
import { memoryBatchViews, type MemoryBatchViews } from '../../test/memory-batch-views.ts';
import { trackCurrentSnapshot } from './current-snapshot.ts';

const VIEW_COUNT = 15;

async function* nothing(): AsyncGenerator<readonly ArtefactRow[]> {}

/** A publication that lacks a view, as one of another version of the code does. */
const publishWithout = async (store: MemoryBatchViews, number: number, name: string): Promise<void> => {
  const published = await publish(memoryBatchViews(), number, number, CATALOG);
  await publish(Object.assign(Object.create(store) as MemoryBatchViews, { insertPublication: async () => true }), number, number, CATALOG); // as: a copy
  const { [name]: _left, ...views } = published.views;
  await store.insertPublication({ ...published, views });
};

const track = (store = memoryBatchViews()) => {
  const clock = { ms: 0 };
  const troubles: unknown[] = [];
  const switches: number[] = [];
  const snapshots = trackCurrentSnapshot(store, undefined, {
    now: () => 0,
    elapsedMs: () => clock.ms,
    lag: undefined,
    staleAfterMs: 5000,
    pollMs: 1,
    codeVersion: 'test',
    newId: () => 'read once',
    onTrouble: (_message, error) => troubles.push(error),
    onSwitch: ({ publication }) => switches.push(publication.number),
  });
  return { store, snapshots, troubles, switches, clock };
};

describe('the current snapshot', () => {
  test('is none before the first publication', async () => {
    const { snapshots } = track();
    await snapshots.poll();
    expect(() => snapshots.require()).toThrow(expect.objectContaining({ status: 503 }));
  });

  test('switches once all artefacts are open, and closes the old ones when the last pin is gone', async () => {
    const { store, snapshots, switches } = track();
    await publish(store, 1, 1, CATALOG);
    await snapshots.poll();
    const first = snapshots.require();
    first.pin();
    first.pin();
    await publish(store, 2, 2, CATALOG);
    await snapshots.poll();
    expect(snapshots.require().publication.number).toBe(2);
    expect(store.openReaders).toBe(2 * VIEW_COUNT);
    first.release();
    expect(store.openReaders).toBe(2 * VIEW_COUNT);
    first.release();
    await Promise.resolve();
    expect(store.openReaders).toBe(VIEW_COUNT);
    expect(() => first.pin()).toThrow('after its artefacts were closed');
    expect(() => first.release()).toThrow('more often than pinned');
    expect(switches).toEqual([1, 2]);
  });

  test('says of what is published and cannot be read that it cannot be read', async () => {
    const { store, snapshots } = track();
    await publish(store, 1, 1, CATALOG);
    store.failure = new Error('unreachable');
    await snapshots.poll();
    expect(() => snapshots.require()).toThrow(expect.objectContaining({ status: 503, message: expect.stringContaining('cannot be read') }));
  });

  test('stays when the store fails, and recovers', async () => {
    const { store, snapshots, troubles } = track();
    await publish(store, 1, 1, CATALOG);
    await snapshots.poll();
    store.failure = new Error('unreachable');
    await publish(store, 2, 2, CATALOG);
    await snapshots.poll();
    expect(snapshots.require().publication.number).toBe(1);
    expect(snapshots.trouble()).toBe(store.failure);
    expect(troubles).toEqual([store.failure]);
    store.failure = undefined;
    await snapshots.poll();
    expect(snapshots.require().publication.number).toBe(2);
    expect(snapshots.trouble()).toBeUndefined();
  });

  test('stays when an artefact of the new publication is missing, and leaves nothing open', async () => {
    const { store, snapshots, troubles } = track();
    await publish(store, 1, 1, CATALOG);
    await snapshots.poll();
    await publish(store, 2, 2, CATALOG);
    await store.dropArtefact('genres-2');
    await snapshots.poll();
    expect(snapshots.require().publication.number).toBe(1);
    expect(store.openReaders).toBe(VIEW_COUNT);
    expect(String(troubles[0])).toContain('genres-2');
  });

  test('says which view a publication lacks', async () => {
    const { store, snapshots, troubles } = track();
    await publishWithout(store, 1, 'genres');
    await snapshots.poll();
    expect(String(troubles[0])).toContain('no view genres');
    expect(store.openReaders).toBe(0);
    expect(() => snapshots.require()).toThrow(expect.objectContaining({ status: 503 }));
  });

  test('is, from the beginning, the newest version that can be read, and says that it is stale', async () => {
    const { store, snapshots, troubles, switches, clock } = track();
    await publish(store, 1, 1, CATALOG);
    await publish(store, 2, 2, CATALOG);
    await publishWithout(store, 3, 'people');
    await publish(store, 4, 4, CATALOG);
    await store.dropArtefact('titles-4');
    await snapshots.poll();
    expect(switches).toEqual([2]);
    expect([snapshots.require().completeness, snapshots.newest()?.number]).toEqual(['stale', 4]);
    expect(troubles).toHaveLength(1);
    // The version that can be read comes at once, however lately the one before was tried.
    await publish(store, 5, 5, CATALOG);
    await snapshots.poll();
    expect([snapshots.require().publication.number, snapshots.require().completeness, snapshots.lagMs()]).toEqual([5, 'complete', 0]);
    expect(clock.ms).toBe(0);
  });

  test('is none of another log', async () => {
    const { store, snapshots } = track();
    const { number: _number, ...first } = await publish(store, 1, 1, CATALOG);
    await store.insertPublication({ ...first, number: 2, version: 2, log: 'another', views: {} });
    await snapshots.poll();
    expect(snapshots.peek()).toBeUndefined();
  });

  test('is what there is of the newest version where no other can be read: views that are absent say so', async () => {
    const { store, snapshots, clock } = track();
    await publishWithout(store, 1, 'people');
    await snapshots.poll();
    const { views, completeness, absent } = snapshots.require();
    expect([absent, completeness]).toEqual([['people'], 'complete']);
    expect(await views.titles.list({ where: [], sort: [], limit: 1 })).toHaveLength(1);
    await expect(views.people.get('nm0000001', {})).rejects.toMatchObject({ status: 503, message: expect.stringContaining('people') });
    // It is tried again, and whole once it can be.
    const before = await store.currentPublication();
    store.currentPublication = async () => before && { ...before, views: { ...before.views, people: { artefact: 'people-1', rows: 0 } } };
    clock.ms += 60_000;
    await snapshots.poll();
    expect(snapshots.require().absent).toEqual([]);
    expect(snapshots.trouble()).toBeUndefined();
  });

  test('is not one whose views have another form than this code reads', async () => {
    const { store, snapshots, troubles } = track();
    const { views, ...publication } = await publish(store, 1, 1, CATALOG);
    const open = store.open.bind(store);
    store.open = async (artefact) => {
      const reader = await open(artefact);
      if (artefact !== 'genres-old') return reader;
      const { movies: _movies, ...columns } = reader.layout.columns;
      return { ...reader, layout: { ...reader.layout, columns } };
    };
    await store.build('genres-old', genres.layout, nothing());
    await store.insertPublication({ ...publication, number: 2, views: { ...views, genres: { artefact: 'genres-old', rows: 0 } } });
    await snapshots.poll();
    expect(snapshots.require().publication.number).toBe(1);
    expect(String(troubles[0])).toContain('genres-old in memory does not have the column movies (integer)');
    expect(store.openReaders).toBe(VIEW_COUNT);
  });

  test('what cannot be looked at is stale from the last good look on', async () => {
    const { store, snapshots, clock } = track();
    await publish(store, 1, 1, CATALOG);
    await snapshots.poll();
    expect(snapshots.require().completeness).toBe('complete');
    store.failure = new Error('unreachable');
    clock.ms += 3000;
    await snapshots.poll();
    expect([snapshots.lagMs(), snapshots.require().completeness]).toEqual([3000, 'complete']);
    clock.ms += 3000;
    expect([snapshots.lagMs(), snapshots.require().completeness], 'without a further look').toEqual([6000, 'stale']);
    store.failure = undefined;
    await snapshots.poll();
    expect([snapshots.lagMs(), snapshots.require().completeness]).toEqual([0, 'complete']);
  });

  test('so it is when there are no publications any more', async () => {
    const { store, snapshots, clock } = track();
    await publish(store, 1, 1, CATALOG);
    await snapshots.poll();
    store.currentPublication = async () => undefined;
    await snapshots.poll();
    clock.ms += 6000;
    expect([snapshots.require().completeness, String(snapshots.trouble())]).toEqual(['stale', expect.stringContaining('are gone')]);
  });

  test('so it is while a look does not come to its end', async () => {
    const { store, snapshots, clock } = track();
    await publish(store, 1, 1, CATALOG);
    await snapshots.poll();
    const hanging = Promise.withResolvers<undefined>();
    store.currentPublication = () => hanging.promise;
    const look = snapshots.poll();
    clock.ms += 6000;
    expect([snapshots.lagMs(), snapshots.require().completeness]).toEqual([6000, 'stale']);
    hanging.resolve(undefined);
    await look;
  });

  test('a version that cannot be read is tried with growing waits, and the one before is stale meanwhile', async () => {
    const { store, snapshots, clock } = track();
    await publish(store, 1, 1, CATALOG);
    await snapshots.poll();
    await publish(store, 2, 2, CATALOG);
    await store.dropArtefact('titles-2');
    let opened = 0;
    const open = store.open.bind(store);
    store.open = (artefact) => {
      opened += 1;
      return open(artefact);
    };
    for (; clock.ms < 60_000; clock.ms += 250) await snapshots.poll();
    expect(opened).toBeLessThan(15);
    expect([snapshots.require().completeness, snapshots.lagMs()]).toEqual(['stale', 60_000]);
  });

  test('is looked for one look at a time', async () => {
    const { store, snapshots } = track();
    let [running, most, looks] = [0, 0, 0];
    const currentPublication = store.currentPublication.bind(store);
    store.currentPublication = async () => {
      looks += 1;
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return currentPublication();
    };
    snapshots.start();
    await Promise.all(Array.from({ length: 20 }, () => snapshots.poll()));
    // Whoever asks again as soon as a look has ended, while others wait for the next one.
    const again = snapshots.poll().then(() => snapshots.poll());
    await Promise.all([snapshots.poll(), again]);
    await expect.poll(() => looks).toBeGreaterThan(4);
    await snapshots.stop();
    expect(most).toBe(1);
    const after = looks;
    await snapshots.poll();
    expect(looks).toBe(after);
  });

  test('is given up by stopping', async () => {
    const { store, snapshots } = track();
    await publish(store, 1, 1, CATALOG);
    await snapshots.poll();
    await snapshots.stop();
    await Promise.resolve();
    expect(store.openReaders).toBe(0);
    expect(() => snapshots.require()).toThrow('No data has been published yet');
  });
});
