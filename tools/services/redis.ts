/** Redis, from Debian's packages, unpacked without being installed: no root, no service of the system. It keeps nothing on disk. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { missingForDebianPackages } from './debian-packages.ts';
import { type Instance, type Service, ServiceError } from './service.ts';
import { answersOnSocket } from './socket-ready.ts';
import { runTool } from './tools.ts';

const runFile = promisify(execFile);

const VERSION = '7.0.15';
const PACKAGES = [`redis-server=5:${VERSION}*`, `redis-tools=5:${VERSION}*`];
/** What every Debian has. */
const OF_THE_SYSTEM = ['libc6', 'libsystemd0'];
const LIBRARIES = 'libraries';

const PING = Buffer.from('PING\r\n');
/** A server that asks for a password says so. */
const ANSWER = /^(?:\+PONG|-NOAUTH)/;

/** Its configuration file. */
export const redisConfiguration = ({ folder, port, settings = [] }: Instance): string =>
  [
    'bind 127.0.0.1',
    `port ${port}`,
    `dir ${JSON.stringify(folder)}`,
    'save ""',
    'appendonly no',
    'maxmemory 128mb',
    'maxmemory-policy allkeys-lru',
    ...settings,
    '',
  ].join('\n');

/** Names of the libraries that the packages in a folder are linked with. */
const librariesOf = async (packages: string): Promise<readonly string[]> => {
  const fields = await Promise.all(
    (await readdir(packages)).map((name) => runFile('dpkg-deb', ['--field', join(packages, name), 'Depends'])),
  );
  const names = fields.flatMap(({ stdout }) => stdout.split(',').map((text) => text.trim().split(' ')[0] ?? ''));
  return [...new Set(names)].filter((name) => /^(?:lib|lua-)/.test(name) && !OF_THE_SYSTEM.includes(name));
};

export const redis: Service = {
  name: 'redis',
  version: VERSION,
  port: 28_379,
  ports: 1,
  variable: 'TEST_REDIS',
  address: (port) => `127.0.0.1:${port}`,
  settings: (port) => ({ RUSHES_CACHE_URL: `redis://127.0.0.1:${port}/0` }),
  missing: missingForDebianPackages,
  async install(folder) {
    const packages = join(folder, 'packages');
    await mkdir(packages);
    const download = (names: readonly string[]) => runTool('sh', ['-c', 'cd "$0" && apt-get download -q "$@"', packages, ...names]);
    try {
      await download(PACKAGES);
    } catch (cause) {
      throw new ServiceError(
        `Debian's packages of Redis ${VERSION} cannot be fetched: the lists of packages may be absent or old (apt-get update, as root), or this release has another version`,
        { cause },
      );
    }
    await download(await librariesOf(packages));
    for (const name of await readdir(packages)) await runTool('dpkg-deb', ['-x', join(packages, name), folder]);
    await rm(packages, { recursive: true });
    const ofMachine = (await readdir(join(folder, 'usr', 'lib'))).find((name) => name.endsWith('-linux-gnu'));
    if (ofMachine === undefined) throw new ServiceError('Debian’s packages hold no libraries');
    await rename(join(folder, 'usr', 'lib', ofMachine), join(folder, LIBRARIES));
  },
  prepare: async (instance) => writeFile(join(instance.folder, 'redis.conf'), redisConfiguration(instance)),
  launch: ({ folder }, installed) => ({
    command: join(installed, 'usr', 'bin', 'redis-server'),
    args: [join(folder, 'redis.conf')],
    env: { LD_LIBRARY_PATH: join(installed, LIBRARIES) },
  }),
  isReady: ({ port }) => answersOnSocket(port, PING, (frame) => ANSWER.test(frame.toString())),
};
