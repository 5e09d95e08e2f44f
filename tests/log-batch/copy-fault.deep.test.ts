/** Copies of the stores that were taken one after the other: what must not be missing between them. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openFolderObjectStore } from '@rushes/adapters/folder-object-store';
import { openSqliteBatchViews } from '@rushes/adapters/sqlite-batch-views';
import { archivedUpTo, copyFault, type CopiedStores } from '@rushes/batch';
import { offsetAt, partitionOf } from '@rushes/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AT, HOUR_MS, openCase, type OpenedCase } from './opened-case.ts';
import { movieId, rated, recordOf } from './told-events.ts';

const RATINGS = partitionOf('movie.ratings', movieId(1));

let on: OpenedCase;
beforeEach(async () => {
  on = await openCase();
  await on.append(recordOf(rated(1, 5, AT), 'a'));
  await on.data.run();
});
afterEach(() => on.close());

const path = (name: string): string => join(on.data.root, name);
/** A copy of lake and views as they are now; the log goes on. */
const copied = async (): Promise<CopiedStores> => {
  await cp(path('lake'), path('copy/lake'), { recursive: true });
  await cp(path('views'), path('copy/views'), { recursive: true });
  return {
    objects: await openFolderObjectStore(path('copy/lake'), { readOnly: true }),
    views: await openSqliteBatchViews(path('copy/views'), { readOnly: true }),
    log: on.data.stores.log,
  };
};
const faultOf = async (stores: CopiedStores): Promise<string | undefined> => {
  try {
    return await copyFault(stores);
  } finally {
    await stores.views.close();
  }
};

test('a log that was copied after the lake fits, whatever was appended, archived and published in between', async () => {
  const stores = await copied();
  await on.append(recordOf(rated(1, 6, AT), 'b'));
  await on.data.run();
  await on.append(recordOf(rated(1, 7, AT), 'c'));
  expect(await faultOf(stores)).toBeUndefined();
});

test('records that were archived and trimmed after the lake was copied are in neither copy', async () => {
  const stores = await copied();
  await on.append(recordOf(rated(1, 6, AT), 'b'));
  await on.data.run();
  const until = await archivedUpTo(on.data.stores);
  on.data.clock.nowMs += 50 * HOUR_MS;
  expect(await on.data.stores.log.trim(until)).toBeGreaterThan(0);
  expect(await copyFault(stores)).toMatch(new RegExp(`^the log begins at offset \\d+ of .*, the archive ends at \\d+$`));
  expect(await faultOf(await copied()), 'another pass has them in the archive').toBeUndefined();
  await stores.views.close();
});

test('a served version must be there with its manifest, its tables and its views', async () => {
  const stores = await copied();
  const publication = await stores.views.currentPublication();
  const artefact = Object.values(publication?.views ?? {})[0]?.artefact;
  const [table] = (await on.data.current()).tables.flatMap(({ files }) => files);
  for (const [name, fault] of [
    [`copy/lake/${table?.key}`, `${table?.key} of version 1 is not in`],
    ['copy/lake/manifests/manifest-1.json', 'the manifest of version 1 is not in'],
    [`copy/views/${artefact}.sqlite`, 'of version 1 is not in'],
  ] as const) {
    await rm(path(name));
    expect(await copyFault(stores)).toContain(fault);
  }
  await stores.views.close();
});

test('a log that is not the one of the lake, or none, does not fit', async () => {
  const stores = await copied();
  expect(await copyFault({ ...stores, log: undefined })).toMatch(/^there is no log, but the lake in .* is made from log/);
  expect(await faultOf({ ...stores, log: { ...on.data.stores.log, id: 'another' } })).toContain('is log another, but the lake');
  expect(offsetAt((await on.data.stores.log.bounds()).next, RATINGS)).toBeGreaterThan(0);
});
