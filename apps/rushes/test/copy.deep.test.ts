/** `rushes copy`: what is wrong is told before anything is made, and the way back is open until the new system has taken something. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { invoke } from './invoke.ts';

let folder = '';
const rushes = (...args: readonly string[]) => invoke(args, folder);
const refused = async (code: number, ...args: readonly string[]): Promise<string> => {
  const ended = await rushes(...args);
  expect(ended, ended.stderr).toMatchObject({ code });
  return ended.stderr.replaceAll(/\s+/g, ' ');
};
const told = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
  const { code, stdout, stderr } = await rushes(...args, '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as Record<string, unknown>; // as: every command answers with one object
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-copy-'));
  await told('sample', '--out', 'imdb', '--titles', '20');
  await told('batch', 'run', '--data', 'data', '--imdb', 'imdb');
  await told('keys', 'create', '--role', 'writer', '--name', 'me', '--data', 'data');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('what cannot be is told before anything is made', async () => {
  writeFileSync(join(folder, 'half.json'), JSON.stringify({ folders: { data: 'other' }, stores: { log: 'sqlite:data/log.sqlite' } }));
  expect(await refused(2, 'copy', '--from', 'data')).toContain('it is not said where to');
  expect(await refused(2, 'copy', '--from', 'nothing', '--to', 'other')).toContain('there is no folder nothing');
  expect(await refused(2, 'copy', '--from', 'data', '--to', 'nothing.json')).toContain('there is no file nothing.json');
  expect(await refused(2, 'copy', '--from', 'data', '--to', 'half.json')).toContain('both systems have stores.log at the same place');
  expect(await refused(2, 'copy', '--from', 'data', '--to', 'data')).toContain('both systems have stores.objects');
  expect(existsSync(join(folder, 'other'))).toBe(false);
});

test('a system moves, and goes back as long as the new one has taken nothing', async () => {
  expect(await told('copy', '--from', 'data', '--to', 'moved')).toMatchObject({ keys: 1, audit: { differences: 0 } });
  expect(await refused(1, 'batch', 'run', '--data', 'data', '--imdb', 'imdb')).toContain('has moved to');
  expect(await told('copy', '--take-back', '--from', 'data')).toMatchObject({ was: join(folder, 'moved') });
  expect(await told('batch', 'run', '--data', 'data', '--imdb', 'imdb')).toMatchObject({ outcome: 'published' });
  expect(await refused(1, 'batch', 'run', '--data', 'moved', '--imdb', 'imdb'), 'one of the two').toContain('has moved to');

  await told('copy', '--from', 'data', '--to', 'again');
  await told('batch', 'run', '--data', 'again', '--imdb', 'imdb');
  expect(await refused(1, 'copy', '--take-back', '--from', 'data')).toContain('has taken events since');
});
