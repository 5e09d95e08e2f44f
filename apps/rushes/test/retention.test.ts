/** `rushes retention` on a data folder: what it says, and what it refuses. What it removes is shown in tests/log-batch. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { invoke } from './invoke.ts';

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-retention-'));
  await invoke(['sample', '--titles', '100', '--out', 'imdb'], folder);
  await invoke(['batch', 'run', '--imdb', 'imdb', '--data', 'data'], folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('where nothing is old enough it says that everything is there', async () => {
  const nothing = { files: 0, bytes: 0 };
  const { code, stdout } = await invoke(['retention', '--data', 'data', '--dry-run', '--json'], folder);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ sealed: null, archive_begins: null, archive: nothing, loads: nothing, kept_because: null });
  const told = await invoke(['retention', '--data', 'data'], folder);
  expect(told.stdout).toContain('The archive has every event from the first one on.');
  expect((await invoke(['retention', '--data', 'data', '--bronze-days', '0'], folder)).stdout).toContain('Bronze is kept for ever');
});

test('fewer days than the log keeps its records are refused', async () => {
  const { code, stderr } = await invoke(['retention', '--data', 'data', '--bronze-days', '3'], folder);
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('a whole number from 0 on, but not 1 to 6') });
});

test('a folder that is not there is refused, and not made', async () => {
  expect(await invoke(['retention', '--data', 'nowhere'], folder)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is no data folder'),
  });
  expect(existsSync(join(folder, 'nowhere'))).toBe(false);
});
