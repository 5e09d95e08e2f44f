import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { statIfThere } from './stat-if-there.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-stat-'));
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'folder'));
  symlinkSync('file', join(folder, 'link'));
  symlinkSync('nowhere', join(folder, 'dangling'));
  symlinkSync('circle', join(folder, 'circle'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('what is at a path', () => {
  test.each([
    ['file', true],
    ['link', true],
    ['folder', false],
  ])('%s is there', async (name, isFile) => {
    expect((await statIfThere(join(folder, name)))?.isFile()).toBe(isFile);
  });

  test('an entry that does not exist is absent', async () => {
    expect(await statIfThere(join(folder, 'other'))).toBeUndefined();
    expect(await statIfThere(join(folder, 'other/below'))).toBeUndefined();
  });

  test.each([
    ['dangling', 'ENOENT'],
    ['circle', 'ELOOP'],
    ['file/below', 'ENOTDIR'],
    ['n'.repeat(300), 'ENAMETOOLONG'],
  ])('%s cannot be looked at', async (name, code) => {
    await expect(statIfThere(join(folder, name))).rejects.toMatchObject({ code });
  });
});
