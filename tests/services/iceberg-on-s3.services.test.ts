/** Iceberg tables of a lake in a bucket, as PyIceberg reads them there. */
import { randomUUID } from 'node:crypto';

import { openS3ObjectStore } from '@rushes/adapters/s3-object-store';
import { rollback, writeIceberg } from '@rushes/batch';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { findPyiceberg, readByDuckdb, readByPyiceberg, unordered } from '../batch/iceberg-reader.ts';
import { writeCatalog } from '../batch/made-up-catalog.ts';
import { type DataFolder, openDataFolder } from '../batch/test-data-folder.ts';
import { createBucket } from '../../tools/services/create-bucket.ts';
import { needsServers } from './needs-servers.ts';
import { S3_KEYS } from './own-servers.ts';

const isSkipped = needsServers('s3');
const python = isSkipped ? undefined : findPyiceberg();

let data: DataFolder;
beforeEach(async () => {
  data = await openDataFolder();
  Object.assign(process.env, S3_KEYS);
});
afterEach(() => data.close());

describe.skipIf(isSkipped || python === undefined)('Iceberg tables in a bucket', () => {
  test('are read from there, each kept version by its tag', async () => {
    const endpoint = process.env['TEST_S3'] ?? '';
    const bucket = `rushes-${randomUUID()}`;
    await createBucket(endpoint, bucket);
    const objects = await openS3ObjectStore({ bucket, prefix: 'films/lake', endpoint, probe: false });
    const stores = { ...data.stores, objects };
    try {
      for (const titles of [60, 64]) {
        const imdb = await writeCatalog(data.path('imdb'), { titles });
        expect(await data.run(imdb, {}, undefined, stores)).toMatchObject({ outcome: 'published' });
        await writeIceberg(stores, { keepVersions: 5 });
      }
      await rollback(stores, 1);
      const { tables } = await writeIceberg(stores, { keepVersions: 5 });
      expect(tables[0]?.location).toMatch(`s3://${bucket}/films/lake/iceberg/`);
      const found = readByPyiceberg(python ?? '', Object.fromEntries(tables.map(({ name, location }) => [name, location])), {
        's3.endpoint': endpoint,
        's3.access-key-id': process.env['AWS_ACCESS_KEY_ID'] ?? '',
        's3.secret-access-key': process.env['AWS_SECRET_ACCESS_KEY'] ?? '',
        's3.region': 'us-east-1',
      });
      for (const version of [1, 2])
        for (const [name, rows] of Object.entries(await readByDuckdb(objects, version)))
          expect([name, version, unordered(found[name]?.tags[`v${version}`])]).toEqual([name, version, unordered(rows)]);
      expect(Object.values(found).map(({ current }) => current)).toEqual(tables.map(() => 1));
    } finally {
      const keys: string[] = [];
      for await (const { key } of objects.list('')) keys.push(key);
      await objects.delete(keys);
    }
  });
});
