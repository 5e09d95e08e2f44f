/** What MongoDB of docker-compose.yml is started and looked after by. Its server cannot be had here: scripts of mongosh run with what stands in its place. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { composeFiles } from '../../apps/rushes/src/compose-files.ts';
import { ROOT } from '../planted-copy.ts';
import { composeFile } from './compose-file.ts';

const NOT_YET_INITIALIZED = 94;
const { secrets } = composeFiles((count) => Buffer.alloc(count, 0xfb));
const service = composeFile.services['mongodb'];
const script = (name: string): string => readFileSync(join(ROOT, 'deploy/compose/mongodb', name), 'utf8');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-mongodb-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const failure = (code: number): Error => Object.assign(new Error(`code ${code}`), { code });

/** A server as its shell has it. @param state of its replica set: `undefined`, none was made. */
const server = (state: 'primary' | 'secondary' | Error | undefined) => {
  let now = state;
  const commands: Record<string, unknown>[] = [];
  const users: unknown[] = [];
  const admin = {
    auth(user: string, password: string) {
      if (user !== 'root' || `${password}\n` !== secrets['mongodb_root_password']) throw new Error('Authentication failed');
    },
    createUser: (user: unknown) => void users.push(user),
    runCommand(command: Record<string, unknown>) {
      commands.push(command);
      if ('replSetGetStatus' in command && now instanceof Error) throw now;
      if ('replSetGetStatus' in command && now === undefined) throw failure(NOT_YET_INITIALIZED);
      if ('replSetInitiate' in command) now = 'secondary'; // until it has elected itself
      return { isWritablePrimary: now === 'primary' };
    },
  };
  let code = 0;
  const run = (text: string): number => {
    code = 0;
    runInNewContext(text, {
      db: { getSiblingDB: (name: string) => (name === 'admin' ? admin : undefined) },
      quit: (status: number) => (code = status),
      require: (name: string) =>
        name === 'node:fs' ? { readFileSync: (path: string) => secrets[path.replace('/run/secrets/', '')] ?? '' } : undefined,
    });
    return code;
  };
  return { run, commands, users, elect: () => void (now = 'primary') };
};
const made = (commands: readonly Record<string, unknown>[]): readonly unknown[] =>
  commands.flatMap((command) => command['replSetInitiate'] ?? []);

test('the health check makes the replica set once, and is content when it takes writes', () => {
  const { run, commands, elect } = server(undefined);
  expect(run(script('healthy.js'))).toBe(1);
  elect();
  expect(run(script('healthy.js'))).toBe(0);
  const name = service?.command?.[service.command.indexOf('--replSet') + 1];
  expect(made(commands)).toEqual([{ _id: name, members: [{ _id: 0, host: `${service?.hostname}:27017` }] }]);
});

test('a server that is a member already is left as it is', () => {
  const primary = server('primary');
  expect(primary.run(script('healthy.js'))).toBe(0);
  const secondary = server('secondary');
  expect(secondary.run(script('healthy.js'))).toBe(1);
  expect(made([...primary.commands, ...secondary.commands])).toEqual([]);
});

test('while the image sets its data folder up there is no replica set to make', () => {
  const { run, commands } = server(failure(76));
  expect(() => run(script('healthy.js'))).toThrow('code 76');
  expect(made(commands)).toEqual([]);
});

test('the user of Rushes may write to the database that .env names, and nowhere else', () => {
  const { run, users } = server(undefined);
  run(script('init/rushes.js'));
  const { RUSHES_MONGODB_USER: user } = composeFile.services['batch']?.environment ?? {};
  expect(users).toEqual([{ user, pwd: secrets['mongodb_password']?.trim(), roles: [{ role: 'readWrite', db: 'rushes' }] }]);
  expect(composeFiles((count) => Buffer.alloc(count)).env).toContain('mongodb://mongodb:27017/rushes');
});

test('its key is a file that nobody else reads, of digits that it takes', () => {
  const [secretsFolder, programs, scratch] = ['secrets', 'programs', 'tmp'].map((name) => join(folder, name));
  for (const one of [secretsFolder, programs, scratch]) mkdirSync(one ?? '');
  writeFileSync(join(secretsFolder ?? '', 'mongodb_key'), secrets['mongodb_key'] ?? '', { mode: 0o444 });
  writeFileSync(join(programs ?? '', 'docker-entrypoint.sh'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
  const start = join(folder, 'start.sh');
  writeFileSync(
    start,
    script('start.sh')
      .replaceAll('/tmp/', `${scratch}/`)
      .replaceAll('/run/secrets', secretsFolder ?? ''),
  );
  const env = { PATH: `${programs}:${process.env['PATH']}` };
  const command = [...(service?.command ?? [])];
  // Twice, as when the container is started again.
  for (let n = 0; n < 2; n++) {
    const given = execFileSync('sh', [start, ...command], { env, encoding: 'utf8' })
      .trimEnd()
      .split('\n');
    expect(given).toEqual([...command, '--keyFile', join(scratch ?? '', 'mongodb_key')]);
  }
  const key = join(scratch ?? '', 'mongodb_key');
  expect((statSync(key).mode & 0o777).toString(8)).toBe('600');
  expect(readFileSync(key, 'utf8')).toMatch(/^[A-Za-z0-9+/=]{6,1024}\n$/);
});
