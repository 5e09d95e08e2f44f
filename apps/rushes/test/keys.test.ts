/** `rushes keys`: a key is made, shown once, listed without its secret, revoked for good. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { someOf } from '@rushes/ports/contracts/depth';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { invoke } from './invoke.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-keys-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const keys = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await invoke(['keys', ...args], folder);
  return { code, stdout, stderr };
};
const parsed = async (...args: readonly string[]) => JSON.parse((await keys(...args, '--json')).stdout) as Record<string, never>; // as: an object

test('the life of a key', async () => {
  const made = await keys('create', '--role', 'writer', '--name', 'the importer', '--expires', '90d');
  const [text = '', told = ''] = made.stdout.split('\n');
  expect(text).toMatch(/^rushes_[0-9a-f]{16}_[0-9a-f]{64}$/);
  const [, id = '', secret = ''] = text.split('_');
  expect(told).toContain(`The key ${id} of the importer: writer, until `);
  expect(await keys('create', '--role', 'reader', '--name', 'x', '--expires', 'never')).toMatchObject({ code: 0 });

  const { stdout } = await keys('list');
  expect(stdout).toContain(`${id}  the importer  writer  active`);
  expect(stdout).toMatch(/x +reader +active +\S+ +never/);
  const { keys: listed } = (await parsed('list')) as unknown as { keys: { created_at: string; expires_at: string }[] }; // as: the command's answer
  const [first] = listed;
  expect(Date.parse(first?.expires_at ?? '') - Date.parse(first?.created_at ?? '')).toBe(90 * 86_400_000);
  expect(JSON.stringify(listed)).not.toContain(secret);
  for (const file of readdirSync(join(folder, 'data')).filter((name) => name.startsWith('keys')))
    expect(readFileSync(join(folder, 'data', file)).includes(secret)).toBe(false);

  expect(await keys('revoke', id)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`The key ${id} of the importer is revoked since`),
  });
  const again = await parsed('revoke', id);
  expect(again).toMatchObject({ id, state: 'revoked' });
  expect((await keys('list')).stdout).toContain(`${id}  the importer  writer  revoked`);
});

test('without a lifetime a key lasts a year', async () => {
  const { created_at: created, expires_at: expires, key } = await parsed('create', '--role', 'operator', '--name', 'me');
  expect(Date.parse(expires ?? '') - Date.parse(created ?? '')).toBe(365 * 86_400_000);
  expect(key).toMatch(/^rushes_/);
});

const WRONG = [
  [['create', '--role', 'writer'], '--name'],
  [['create', '--name', 'x'], '--role'],
  [['create', '--role', 'admin', '--name', 'x'], 'Allowed choices are reader, writer, operator'],
  [['create', '--role', 'writer', '--name', ' '], 'give a name'],
  [['create', '--role', 'writer', '--name', 'x', '--expires', '9'], 'give a time like 90d'],
  [['create', '--role', 'writer', '--name', 'x', '--expires', '0d'], 'give a time like 90d'],
  [['create', '--role', 'writer', '--name', 'x', '--expires', '999999999d'], 'give a time like 90d'],
  [['revoke'], "missing required argument 'ID'"],
  [['revoke', '0011223344556677', '--data', 'data'], 'there is no API key 0011223344556677'],
  [['list', '--data', 'nowhere'], 'there is no data folder'],
] as const;

test.each(someOf(WRONG, 2))('%j is wrong use', async (args, message) => {
  const { code, stdout, stderr } = await keys(...args);
  expect(stderr).toContain(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});
