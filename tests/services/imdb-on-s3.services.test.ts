/** A run over IMDb's files in a bucket makes what one over the same files in a folder makes. */
import { randomUUID } from 'node:crypto';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';

import { openS3ObjectStore } from '@rushes/adapters/s3-object-store';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { writeCatalog } from '../batch/made-up-catalog.ts';
import { type DataFolder, openDataFolder, readEverything } from '../batch/test-data-folder.ts';
import { createBucket } from '../../tools/services/create-bucket.ts';
import { needsServers } from './needs-servers.ts';
import { S3_KEYS } from './own-servers.ts';

let data: DataFolder;
let other: DataFolder;
beforeEach(async () => {
  data = await openDataFolder();
  other = await openDataFolder();
  Object.assign(process.env, S3_KEYS);
});
afterEach(async () => {
  await data.close();
  await other.close();
});

describe.skipIf(needsServers('s3'))("IMDb's files in a bucket", () => {
  test('are read from there', async () => {
    const endpoint = process.env['TEST_S3'] ?? '';
    const folder = await writeCatalog(data.path('imdb'), { titles: 500, without: ['title.episode'] });
    const bucket = `rushes-${randomUUID()}`;
    await createBucket(endpoint, bucket);
    const writer = await openS3ObjectStore({ bucket, prefix: 'imdb', endpoint, probe: false });
    try {
      for (const name of await readdir(folder)) {
        await writer.putFile(name, join(folder, name));
        // A file is as old as its content; an object, as its upload.
        const { modifiedAt = new Date() } = (await writer.head(name)) ?? {};
        await utimes(join(folder, name), modifiedAt, modifiedAt);
      }
      const imdb = await openS3ObjectStore({ bucket, prefix: 'imdb', endpoint, readOnly: true });
      const report = await data.run('', { imdbSource: imdb });
      expect(report).toMatchObject({ outcome: 'published', source: imdb.location, absent: ['title.episode'] });
      expect(await other.run(folder)).toMatchObject({ outcome: 'published', rows: report.rows });
      expect(await readEverything(data.stores)).toEqual(await readEverything(other.stores));
    } finally {
      const keys: string[] = [];
      for await (const { key } of writer.list('')) keys.push(key);
      await writer.delete(keys);
    }
  });
});
