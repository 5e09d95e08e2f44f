import { describe, expect, test } from 'vitest';

import { publish } from '../test/catalog.ts';
import { CATALOG } from '../test/films.ts';
import { memoryBatchViews } from '../test/memory-batch-views.ts';
import { trackCurrentSnapshot } from './current-snapshot.ts';

const VIEW_COUNT = 8;

const track = (store = memoryBatchViews()) => {
  const troubles: unknown[] = [];
  const switches: number[] = [];
  const snapshots = trackCurrentSnapshot(store, undefined, {
    now: () => 0,
    isStale: () => false,
    pollMs: 1,
    codeVersion: 'test',
    newId: () => 'read once',
    onTrouble: (_message, error) => troubles.push(error),
    onSwitch: ({ publication }) => switches.push(publication.number),
  });
  return { store, snapshots, troubles, switches };
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
    const { views, ...publication } = await publish(store, 1, 1, CATALOG);
    const { genres: _left, ...others } = views;
    await store.insertPublication({ ...publication, number: 2, views: others });
    await snapshots.poll();
    expect(String(troubles[0])).toContain('no view genres');
    expect(store.openReaders).toBe(0);
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
