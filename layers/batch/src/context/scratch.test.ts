import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeDeadScratch, scratchOf } from './scratch.ts';

const HOUR_MS = 3_600_000;

let work: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'rushes-scratch-'));
});
afterEach(() => rm(work, { recursive: true, force: true }));

test('the folder of a living run stays, also beside another of the same process; one without a sign of life goes with all that is in it', async () => {
  const [living, dead] = [scratchOf(work, 3), scratchOf(work, 3)];
  await living.open();
  await dead.open();
  await mkdir(join(dead.folder, 'spill'));
  await writeFile(join(dead.folder, 'spill', 'file'), 'x');
  const minuteAgo = new Date(Date.now() - 60_000);
  await utimes(join(dead.folder, 'alive'), minuteAgo, minuteAgo);
  await removeDeadScratch(work);
  expect((await stat(living.folder)).isDirectory()).toBe(true);
  await expect(stat(dead.folder)).rejects.toMatchObject({ code: 'ENOENT' });
  await Promise.all([living.remove(), dead.remove()]);
  expect(await readdir(work)).toEqual([]);
});

test('folders of earlier versions, named after a process number, go after a day; what is no run’s stays', async () => {
  for (const name of ['run-7-1', 'notes', 'run-x-1']) await mkdir(join(work, name));
  await removeDeadScratch(work, Date.now() + 23 * HOUR_MS);
  expect((await readdir(work)).toSorted()).toEqual(['notes', 'run-7-1', 'run-x-1']);
  await removeDeadScratch(work, Date.now() + 25 * HOUR_MS);
  expect((await readdir(work)).toSorted()).toEqual(['notes', 'run-x-1']);
});
