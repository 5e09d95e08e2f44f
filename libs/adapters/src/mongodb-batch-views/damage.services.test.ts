/** Documents of an artefact that somebody changed behind the store's back. */
import { ArtefactDamagedError, type ArtefactRow, type BatchViewStore } from '@rushes/ports';
import { batches, FILMS, SOME_FILMS } from '@rushes/ports/contracts/films';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { noMongodb, type TestDatabase, testDatabase } from '../mongodb-server/databases-for-tests.ts';
import type { Db, Document } from '../mongodb-server/driver-for-tests.ts';
import { openMongodbBatchViews } from './index.ts';

const rowsOf = async (database: Db): Promise<string> => {
  const names = await database.listCollections({}, { nameOnly: true }).toArray();
  return names.find(({ name }) => name.startsWith('rows.'))?.name ?? '';
};

/** Rows that must not be asked for. */
async function* untouchable(): AsyncGenerator<readonly ArtefactRow[]> {
  yield await Promise.reject(new Error('the rows were read'));
}

describe.skipIf(noMongodb !== undefined)('damage', () => {
  let place: TestDatabase;
  let store: BatchViewStore;
  let rows: string;
  beforeEach(async () => {
    place = await testDatabase();
    store = await openMongodbBatchViews(place.options);
    await store.build('films', FILMS, batches(SOME_FILMS));
    rows = await rowsOf(place.database);
  });
  afterEach(async () => {
    await store.close();
    await place.drop();
  });
  const change = (id: string, update: Document): Promise<unknown> =>
    place.database.collection<{ _id: string }>(rows).updateOne({ _id: id }, update);

  const DAMAGES: Readonly<Record<string, () => Promise<unknown>>> = {
    'a value': () => change('a', { $set: { year: 2000, _asc_year: 2000 } }),
    'a value of another type': () => change('a', { $set: { year: 'x' } }),
    'the field of an order': () => change('a', { $set: { _asc_year: 2000 } }),
    'a document': () => change('a', { $set: { _doc_card: '{}' } }),
    'a field more': () => change('a', { $set: { more: 1 } }),
    'a row less': () => place.database.collection<{ _id: string }>(rows).deleteOne({ _id: 'b' }),
    'a row more': () => place.database.collection<{ _id: string }>(rows).insertOne({ _id: 'z' }),
    'the record of the artefact': () =>
      place.database
        .collection<{ _id: string }>('artefacts')
        .updateOne({ _id: 'films' }, { $set: { 'current.body': '{"rows":5,"checksum":"00"}' } }),
  };

  test.each(Object.keys(DAMAGES))('%s: it shows when it is verified, is not opened, and the next build makes it anew', async (name) => {
    const other = await openMongodbBatchViews(place.options);
    expect(await other.verify('films')).toBe('sound');
    await DAMAGES[name]?.();
    expect(await store.verify('films', { again: true })).toBe('damaged');
    await expect(store.open('films')).rejects.toBeInstanceOf(ArtefactDamagedError);
    await expect(store.rowCount('films')).rejects.toBeInstanceOf(ArtefactDamagedError);
    expect(await store.build('films', FILMS, batches(SOME_FILMS))).toBe(5);
    expect([await store.verify('films', { again: true }), await other.verify('films')]).toEqual(['sound', 'sound']);
    await other.close();
  });

  test('what has been read is answered from memory, unless the bytes are asked for', async () => {
    await DAMAGES['a value']?.();
    expect([await store.verify('films'), await store.verify('films', { again: true }), await store.verify('films')]).toEqual([
      'sound',
      'damaged',
      'damaged',
    ]);
  });

  test('a read that meets what cannot have been stored so says it, and the artefact is not opened again', async () => {
    const reader = await store.open('films');
    await DAMAGES['a value of another type']?.();
    expect(await reader.get('a', { columns: ['title'] })).toBeDefined();
    await expect(reader.get('a', { columns: ['year'] })).rejects.toBeInstanceOf(ArtefactDamagedError);
    await expect(store.open('films')).rejects.toBeInstanceOf(ArtefactDamagedError);
  });

  test('readers of what is built anew go on, and it is kept for as long as they may', async () => {
    const reader = await store.open('films');
    await store.build('films', FILMS, batches(SOME_FILMS.slice(1)), { anew: true });
    await store.dropRetired(3_600_000);
    expect(await reader.get('nobody', {})).toBeUndefined();
    expect(await reader.count([{ column: 'kind', op: 'eq', value: 'film' }])).toBe(3);
    expect(await store.rowCount('films')).toBe(4);
    await store.dropRetired(0);
    await expect(reader.get('nobody', {})).rejects.toThrow('no artefact films');
    expect(await store.build('films', FILMS, untouchable())).toBe(4);
  });
});
