import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { IMDB_DATASET_NAMES } from '@rushes/domain';
import { silentLogger, silentProgress, UsageError } from '@rushes/runtime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startFileServer } from '../test/file-server.ts';
import { downloadDatasets } from './download/download-datasets.ts';
import { writeFilmSample } from './films/write-film-sample.ts';
import { SAMPLE_MARK } from './sample-folder.ts';
import { writeSyntheticSample } from './synthetic/write-synthetic-sample.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-sample-folder-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const madeUp = (into: string) =>
  writeSyntheticSample({ folder: into, titles: 20, seed: 1 }, { progress: silentProgress, signal: new AbortController().signal });

describe.each([
  ['films', writeFilmSample],
  ['made-up titles', madeUp],
])('a sample of %s', (_, write) => {
  test('is written to an empty folder and to a new one, and marks them', async () => {
    for (const into of [folder, join(folder, 'new', 'one')]) {
      await rm(join(folder, SAMPLE_MARK), { force: true });
      await write(into);
      expect(await readdir(into)).toContain(SAMPLE_MARK);
    }
  });

  test('replaces a sample, also one of the other kind, and leaves nothing of that', async () => {
    await write(folder);
    const alone = await readdir(folder);
    await rm(folder, { recursive: true });
    await madeUp(folder);
    await writeFilmSample(folder);
    await write(folder);
    expect(await readdir(folder)).toEqual(alone);
  });

  test('leaves files alone that it did not write', async () => {
    const path = join(folder, 'title.basics.tsv.gz');
    await writeFile(path, 'fetched for an hour');
    await expect(write(folder)).rejects.toThrow(UsageError);
    await expect(write(folder)).rejects.toThrow('title.basics.tsv.gz');
    expect(await readFile(path, 'utf8')).toBe('fetched for an hour');
    expect(await readdir(folder)).toEqual(['title.basics.tsv.gz']);
  });

  test('leaves a sample alone to which something was added, or whose mark was taken away', async () => {
    await write(folder);
    await writeFile(join(folder, 'title.basics.tsv.gz.origin.json'), '{}');
    await expect(write(folder)).rejects.toThrow('title.basics.tsv.gz.origin.json');
    await rm(join(folder, 'title.basics.tsv.gz.origin.json'));
    await write(folder);
    await rm(join(folder, SAMPLE_MARK));
    await expect(write(folder)).rejects.toThrow(UsageError);
  });

  test('goes on after one that was interrupted', async () => {
    await writeFile(join(folder, SAMPLE_MARK), '');
    await mkdir(join(folder, '.unfinished-x'));
    await write(folder);
    expect(await readdir(folder)).toContain('title.basics.tsv.gz');
  });

  test('is not written over a file', async () => {
    const path = join(folder, 'file');
    await writeFile(path, 'mine');
    await expect(write(path)).rejects.toThrow('no folder');
    expect(await readFile(path, 'utf8')).toBe('mine');
  });
});

test('what is fetched into the folder of a sample is no sample any more', async () => {
  const body = gzipSync('fetched for an hour');
  const server = await startFileServer(new Map(IMDB_DATASET_NAMES.map((name) => [`/${name}.tsv.gz`, { body, etag: '"v1"' }])));
  try {
    await writeFilmSample(folder);
    const context = { progress: silentProgress, logger: silentLogger, signal: new AbortController().signal };
    await downloadDatasets({ folder, baseUrl: server.baseUrl }, context);
    await expect(writeFilmSample(folder)).rejects.toThrow(UsageError);
    expect((await readFile(join(folder, 'title.basics.tsv.gz'))).equals(body)).toBe(true);
  } finally {
    await server.stop();
  }
});
