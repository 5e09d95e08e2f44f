/** `rushes compose init`: secrets that are new each time, that others cannot read, and that nothing replaces. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { invoke } from './invoke.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-compose-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const modeOf = (path: string): string => (statSync(join(folder, path)).mode & 0o777).toString(8);
const read = (path: string): string => readFileSync(join(folder, path), 'utf8');

test('files are written for their owner, and what is to be done next is said', async () => {
  const { code, stdout, stderr } = await invoke(['compose', 'init'], folder);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(modeOf('.env')).toBe('600');
  expect(modeOf('secrets')).toBe('700');
  // A container's user is another one.
  for (const name of readdirSync(join(folder, 'secrets'))) expect([name, modeOf(`secrets/${name}`)]).toEqual([name, '444']);
  expect(stdout).toContain(join(folder, '.env'));
  expect(stdout).toContain('docker compose up -d');
  const [, secret = ''] = /^S3_SECRET_KEY=(.{43})$/m.exec(read('.env')) ?? [];
  expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(read('secrets/s3_credentials')).toContain(`aws_secret_access_key = ${secret}`);
  expect(stdout).not.toContain(secret);
  // No two are the same, but for those that are one in two forms.
  const passwords = ['postgres_password', 'postgres_superuser_password', 'redis_password'].map((name) => read(`secrets/${name}`).trim());
  expect(new Set([...passwords, secret]).size).toBe(4);
  expect(read('secrets/redis_auth')).toBe(`requirepass ${passwords[2]}\n`);
});

test('the files go where --out says, and each time hold other secrets', async () => {
  const places = ['one', 'two'].map((name) => join(folder, name));
  for (const place of places) {
    mkdirSync(place);
    expect(await invoke(['compose', 'init', '--out', place], folder)).toMatchObject({ code: 0 });
  }
  const [one = [], two = []] = ['one/.env', 'two/.env'].map((path) => read(path).split('\n'));
  const differing = one.filter((line, at) => line !== two[at]).map((line) => line.split('=')[0]);
  expect(differing).toEqual(['KAFKA_CLUSTER_ID', 'S3_ACCESS_KEY', 'S3_SECRET_KEY']);
});

test.each([['.env'], ['secrets/s3_credentials']])('where %s is there already, nothing is written', async (path) => {
  mkdirSync(join(folder, 'secrets'));
  writeFileSync(join(folder, path), 'mine');
  const { code, stderr } = await invoke(['compose', 'init'], folder);
  expect(code).toBe(2);
  expect(stderr).toContain(`${path} is there already: nothing was written`);
  expect(read(path)).toBe('mine');
  expect([existsSync(join(folder, '.env')), readdirSync(join(folder, 'secrets')).length]).toEqual(path === '.env' ? [true, 0] : [false, 1]);
});

test('a folder that is not there is probably a typo', async () => {
  const { code, stderr } = await invoke(['compose', 'init', '--out', 'nowhere'], folder);
  expect(code).toBe(2);
  expect(stderr).toContain('there is no folder');
});
