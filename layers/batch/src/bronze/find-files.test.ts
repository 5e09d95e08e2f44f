import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findFiles } from './find-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-find-'));
  await writeFile(join(folder, 'title.basics.tsv'), '');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a data set without an entry is absent', async () => {
  expect((await findFiles(folder)).map(({ dataset }) => dataset)).toEqual(['title.basics']);
});

test('a link to a file counts as the file', async () => {
  await writeFile(join(folder, 'elsewhere'), 'x');
  await symlink('elsewhere', join(folder, 'title.ratings.tsv'));
  expect((await findFiles(folder)).map(({ dataset }) => dataset)).toEqual(['title.basics', 'title.ratings']);
});

test.each<[string, (path: string) => Promise<unknown>]>([
  ['a link that leads nowhere', (path) => symlink('/nowhere', path)],
  ['a link in a circle', (path) => symlink(path, path)],
  ['a link through a file', (path) => symlink('title.basics.tsv/ratings', path)],
  ['a link to a name that is too long', (path) => symlink('n'.repeat(300), path)],
  ['a folder', (path) => mkdir(path)],
  ['a link to something that is no file', (path) => symlink('/dev/null', path)],
])('%s in the place of any data set is there, but cannot be read', async (_what, make) => {
  for (const name of ['title.ratings.tsv', 'name.basics.tsv.gz']) {
    await make(join(folder, name));
    await expect(findFiles(folder)).rejects.toThrow(`${join(folder, name)} is there, but cannot be read`);
    await rm(join(folder, name), { recursive: true });
  }
});

test('the folder itself', async () => {
  await symlink('circle', join(folder, 'circle'));
  await expect(findFiles(join(folder, 'circle'))).rejects.toThrow('is there, but cannot be read');
  await expect(findFiles(join(folder, 'none'))).rejects.toThrow('does not exist');
  await expect(findFiles(join(folder, 'title.basics.tsv'))).rejects.toThrow('is not a folder');
});
