/** The updates that decide what becomes of an artefact, when somebody else's came between reading and writing. */
import { FILMS } from '@rushes/ports/contracts/films';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { connectMongodb, type MongodbConnection } from '../mongodb-server/connect.ts';
import { noMongodb, type TestDatabase, testDatabase } from '../mongodb-server/databases-for-tests.ts';
import { type Catalog, openCatalog, type WholeArtefact } from './catalog.ts';
import { emptySum, sumText } from './row-sum.ts';

const HOUR_MS = 3_600_000;

const whole = (token: string): WholeArtefact => ({ token, layout: FILMS, rows: 0, bytes: 0, sum: sumText(emptySum()), partitions: [] });

describe.skipIf(noMongodb !== undefined)('catalog', () => {
  let place: TestDatabase;
  let connection: MongodbConnection;
  let catalog: Catalog;
  beforeEach(async () => {
    place = await testDatabase();
    connection = await connectMongodb(place.options);
    catalog = openCatalog(connection);
  });
  afterEach(async () => {
    await connection.close();
    await place.drop();
  });
  const built = async (artefact: string): Promise<string> => {
    const token = await catalog.begin(artefact);
    await place.database.createCollection(catalog.collectionOf(artefact, token));
    expect(await catalog.publish(artefact, whole(token), await catalog.tokenOf(artefact))).toBe(true);
    return token;
  };
  const collections = async (): Promise<readonly string[]> =>
    (await place.database.listCollections({}, { nameOnly: true }).toArray())
      .map(({ name }) => name)
      .filter((name) => name.startsWith('rows.'));

  test('what was taken into use after it was found due is not removed', async () => {
    await built('films');
    await catalog.retire(['films']);
    const now = await catalog.now();
    expect(await catalog.retiredBy(now)).toEqual(['films']);
    expect(await catalog.revive(['films'])).toEqual([]);
    expect(await catalog.remove('films', now)).toBe(false);
    await catalog.retire(['films']);
    expect(await catalog.remove('films', now - HOUR_MS)).toBe(false);
    expect(await catalog.remove('films', (await catalog.now()) + 1)).toBe(true);
    expect([await catalog.find('films'), await catalog.revive(['films'])]).toEqual([undefined, ['films']]);
  });

  test('a retirement by a clock that was ahead counts from now on', async () => {
    await built('films');
    await catalog.retire(['films']);
    const later = new Date((await catalog.now()) + HOUR_MS);
    await place.database.collection<{ _id: string }>('artefacts').updateOne({ _id: 'films' }, { $set: { retiredAt: later } });
    expect(await catalog.retiredBy((await catalog.now()) - HOUR_MS)).toEqual([]);
    expect(await catalog.retiredBy((await catalog.now()) + 1)).toEqual(['films']);
  });

  test('a builder that was forgotten does not publish, nor one whose predecessor is another by now', async () => {
    const [first, second, third] = [await catalog.begin('films'), await catalog.begin('films'), await catalog.begin('films')];
    await catalog.abandon('films', first);
    expect([await catalog.beat('films', first), await catalog.publish('films', whole(first), undefined)]).toEqual([false, false]);
    expect([await catalog.beat('films', second), await catalog.publish('films', whole(second), undefined)]).toEqual([true, true]);
    expect(await catalog.publish('films', whole(third), undefined)).toBe(false);
    expect(await catalog.publish('films', whole(third), second)).toBe(true);
    expect([await catalog.tokenOf('films'), await catalog.isKept('films', second), await catalog.isKept('films', first)]).toEqual([
      third,
      true,
      false,
    ]);
  });

  test('nobody’s collections are dropped, and no other: not those of builders, of what was replaced, or of somebody else', async () => {
    const replaced = await built('films');
    const current = await built('films');
    const building = await catalog.begin('others');
    await place.database.createCollection(catalog.collectionOf('others', building));
    await place.database.createCollection('rows.films.0123456789abcdef');
    await place.database.createCollection('rows.of-somebody-else');
    await catalog.forget((await catalog.now()) - HOUR_MS, (await catalog.now()) - HOUR_MS);
    await catalog.sweep();
    const kept = [
      catalog.collectionOf('films', replaced),
      catalog.collectionOf('films', current),
      catalog.collectionOf('others', building),
      'rows.of-somebody-else',
    ];
    expect((await collections()).toSorted()).toEqual(kept.toSorted());
    await catalog.forget((await catalog.now()) + 1, (await catalog.now()) - HOUR_MS);
    await catalog.sweep();
    expect((await collections()).toSorted()).toEqual(kept.slice(1).toSorted());
    await catalog.forget(0, (await catalog.now()) + 1);
    await catalog.sweep();
    expect((await collections()).toSorted()).toEqual([catalog.collectionOf('films', current), 'rows.of-somebody-else'].toSorted());
    expect(await place.database.collection<{ _id: string }>('artefacts').countDocuments({ _id: 'others' })).toBe(0);
  });
});
