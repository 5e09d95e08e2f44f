/** Builders that die, are taken for dead, or leave collections: nothing of them is seen, and nothing of them stays. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { ArtefactNotFoundError, type ArtefactRow, type BatchViewStore, StoreUnavailable } from '@rushes/ports';
import { batches, film, FILMS, SOME_FILMS } from '@rushes/ports/contracts/films';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { noMongodb, type TestDatabase, testDatabase } from '../mongodb-server/databases-for-tests.ts';
import { openMongodbBatchViews } from './index.ts';

const SILENCE_MS = 1_000;

const many = (count: number): readonly ArtefactRow[] =>
  Array.from({ length: count }, (_, n) => film({ id: `id ${String(n).padStart(6, '0')}`, year: n % 100, card: '{}' }));

describe.skipIf(noMongodb !== undefined)('builders', () => {
  let place: TestDatabase;
  let store: BatchViewStore;
  beforeEach(async () => {
    place = await testDatabase();
    store = await openMongodbBatchViews({ ...place.options, builderSilenceMs: SILENCE_MS });
  });
  afterEach(async () => {
    await store.close();
    await place.drop();
  });
  const collections = async (): Promise<number> =>
    (await place.database.listCollections({}, { nameOnly: true }).toArray()).filter(({ name }) => name.startsWith('rows.')).length;

  test('one that is killed leaves a collection that nobody sees, and that goes with the next build once it was silent for long enough', async () => {
    const child = spawn(process.execPath, [`${import.meta.dirname}/builder-for-tests.ts`, JSON.stringify(place.options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    expect(await collections()).toBe(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect([await store.rowCount('films'), await store.listArtefacts()]).toEqual([undefined, []]);
    const patient = await openMongodbBatchViews(place.options);
    await patient.build('others', FILMS, batches(SOME_FILMS));
    await patient.close();
    expect(await collections()).toBe(2);
    await sleep(SILENCE_MS);
    expect(await store.build('films', FILMS, batches(SOME_FILMS))).toBe(5);
    expect(await collections()).toBe(2);
    expect(await store.listArtefacts()).toEqual(['films', 'others']);
  });

  test('one that takes longer than it may be silent is heard of, and nobody takes its collection', async () => {
    const other = await openMongodbBatchViews({ ...place.options, builderSilenceMs: SILENCE_MS });
    async function* slow(): AsyncGenerator<readonly ArtefactRow[]> {
      yield many(1_100);
      await sleep(2 * SILENCE_MS);
      await other.dropRetired(0);
      yield SOME_FILMS;
    }
    expect(await store.build('films', FILMS, slow())).toBe(1_105);
    expect(await store.verify('films', { again: true })).toBe('sound');
    await other.close();
  });

  test('one that was taken for dead says so and leaves nothing', async () => {
    // It beats once in ten minutes, and the other one believes it dead at once.
    const [patient, hasty] = [
      await openMongodbBatchViews(place.options),
      await openMongodbBatchViews({ ...place.options, builderSilenceMs: 1 }),
    ];
    async function* slow(): AsyncGenerator<readonly ArtefactRow[]> {
      yield many(1_100);
      await sleep(100);
      await hasty.dropRetired(0);
      yield SOME_FILMS;
    }
    await expect(patient.build('films', FILMS, slow())).rejects.toBeInstanceOf(StoreUnavailable);
    await hasty.dropRetired(0);
    expect([await store.listArtefacts(), await collections()]).toEqual([[], 0]);
    await patient.close();
    await hasty.close();
  });

  test('one that fails leaves no collection', async () => {
    async function* failing(): AsyncGenerator<readonly ArtefactRow[]> {
      yield many(1_100);
      throw new Error('the source went away');
    }
    await expect(store.build('films', FILMS, failing())).rejects.toThrow('the source went away');
    await expect(store.build('films', FILMS, batches([...many(1_100), ...many(1)], 900))).rejects.toThrow('id 000000');
    expect(await collections()).toBe(0);
  });

  test('of racing builders one collection stays', async () => {
    const other = await openMongodbBatchViews(place.options);
    const racers = [store, other, store, other].map((racer) => racer.build('films', FILMS, batches(many(300), 50)));
    expect(await Promise.all(racers)).toEqual([300, 300, 300, 300]);
    expect(await collections()).toBe(1);
    await other.close();
  });

  test('what a drop that died has left goes with the next one', async () => {
    await store.build('films', FILMS, batches(SOME_FILMS));
    await place.database.collection<{ _id: string }>('artefacts').updateOne({ _id: 'films' }, { $unset: { current: '' } });
    expect(await collections()).toBe(1);
    expect(await store.dropRetired(0)).toEqual([]);
    expect(await collections()).toBe(0);
    expect(await place.database.collection('artefacts').countDocuments()).toBe(0);
  });

  test('a copy has the checksum and the size of one that was built whole from the same rows', async () => {
    const changed = [film({ id: 'b', title: 'again' }), film({ id: 'new' })];
    async function* removed(): AsyncGenerator<readonly string[]> {
      yield ['b', 'never there'];
      yield ['c', 'b'];
    }
    await store.build('films', FILMS, batches(SOME_FILMS));
    expect(await store.build('copy', FILMS, batches(changed), { parent: { artefact: 'films', removedKeys: removed() } })).toBe(5);
    await store.build('whole', FILMS, batches([...SOME_FILMS.filter(([id]) => id !== 'b' && id !== 'c'), ...changed]));
    expect(await store.verify('copy', { again: true })).toBe('sound');
    expect(await store.bytes('copy')).toBe(await store.bytes('whole'));
  });

  test('a parent that is dropped in the middle of a copy is told', async () => {
    await store.build('films', FILMS, batches(SOME_FILMS));
    const other = await openMongodbBatchViews(place.options);
    async function* dropping(): AsyncGenerator<readonly string[]> {
      yield ['a'];
    }
    await other.retire(['films']);
    const parent = { artefact: 'films', removedKeys: dropping() };
    const [built] = await Promise.allSettled([store.build('copy', FILMS, batches([]), { parent }), other.dropRetired(0)]);
    if (built.status === 'fulfilled') expect([built.value, await store.verify('copy', { again: true })]).toEqual([4, 'sound']);
    else expect(built.reason).toBeInstanceOf(ArtefactNotFoundError);
    await other.close();
  });

  test('an index of each order and filter is there when the artefact is', async () => {
    await store.build('films', FILMS, batches(SOME_FILMS));
    const name =
      (await place.database.listCollections({}, { nameOnly: true }).toArray()).find((one) => one.name.startsWith('rows.'))?.name ?? '';
    const indexes = await place.database.collection(name).indexes();
    expect(indexes.map((index) => Object.keys(index['key'] as object).join(' ')).toSorted()).toEqual(
      ['_id', 'code', 'kind _asc_year _id', 'kind year _id', 'kind _asc_title _id', 'kind _id', 'genres _id', 'year _id'].toSorted(),
    );
  });

  test('texts that look like operators and paths are texts, in keys, values and questions', async () => {
    const texts = ['$ne', '$where', 'a.b', '$a.$b', '{"$gt":""}', '.', '$', '__proto__', 'constructor', '\u0001', 'é.$'];
    const rows = texts.map((text) =>
      film({ id: text, title: text, code: text, genres: [text], kind: text, card: JSON.stringify({ [text]: text }) }),
    );
    await store.build('texts', FILMS, batches(rows, 3));
    const reader = await store.open('texts');
    for (const text of texts) {
      const row = { key: text, columns: [text], documents: [JSON.stringify({ [text]: text })] };
      const select = { columns: ['title'], documents: ['card'] };
      expect(await reader.get(text, select)).toEqual(row);
      expect(await reader.lookup('code', text, select)).toEqual(row);
      expect(await reader.getMany([text], select)).toEqual([row]);
      for (const condition of [
        { column: 'title', op: 'eq', value: text },
        { column: 'title', op: 'in', value: [text] },
        { column: 'genres', op: 'has', value: text },
        { column: 'genres', op: 'hasAny', value: [text] },
      ] as const)
        expect([condition, await reader.count([condition])]).toEqual([condition, 1]);
      const contained = texts.filter((one) => one.includes(text)).length;
      expect([text, await reader.count([{ column: 'title', op: 'contains', value: text }])]).toEqual([text, contained]);
    }
    for (const value of [{ $ne: null }, { $gt: '' }, ['$ne'], null]) {
      const wrong = value as unknown as string; // as: what a caller that checks nothing could pass
      await expect(reader.get(wrong, {})).rejects.toBeInstanceOf(RangeError);
      await expect(reader.lookup('code', wrong, {})).rejects.toBeInstanceOf(RangeError);
      await expect(reader.getMany([wrong], {})).rejects.toBeInstanceOf(RangeError);
      await expect(reader.count([{ column: 'title', op: 'eq', value: wrong }])).rejects.toBeInstanceOf(RangeError);
    }
    await reader.close();
  });

  test('who only reads changes nothing, and finds nothing where there is nothing', async () => {
    const reader = await openMongodbBatchViews({ ...place.options, readOnly: true });
    expect([await reader.listArtefacts(), await reader.currentPublication(), await reader.rowCount('films')]).toEqual([
      [],
      undefined,
      undefined,
    ]);
    await expect(reader.build('films', FILMS, batches(SOME_FILMS))).rejects.toThrow('read-only');
    await expect(reader.retire(['films'])).rejects.toThrow('read-only');
    await expect(reader.dropRetired(0)).rejects.toThrow('read-only');
    expect(await place.database.listCollections().toArray()).toEqual([]);
    await reader.close();
    await expect(reader.listArtefacts()).rejects.toThrow('was closed');
  });
});
