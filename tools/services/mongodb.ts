/**
 * What stands in for MongoDB, whose server is in no package registry: mongo-java-server, which keeps its data in a file of H2. Unique indexes hold and updates
 * of one document are atomic, so it shows whether a store is right; it has no replica set, no journal and no speed of MongoDB's, so it shows nothing of
 * these. Tests run on a real server where `RUSHES_TEST_MONGODB_URL` names one.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { fetchFromMaven } from './maven.ts';
import { type Instance, type Service, ServiceError } from './service.ts';
import { answersOnSocket } from './socket-ready.ts';
import { findJava, missingForJava, runTool } from './tools.ts';

const VERSION = '1.47.0';
const SLF4J = '2.0.17';
const OLDEST_JAVA = 17;
const fits = (major: number): boolean => major >= OLDEST_JAVA;
const SOURCES = join(import.meta.dirname, 'mongodb');

const java = (): string => {
  const program = findJava(fits);
  if (program === undefined) throw new ServiceError('there is no Java for the stand-in of MongoDB any more');
  return program;
};

const classPath = (installed: string): string => `${join(installed, 'classes')}:${join(installed, 'libraries', '*')}`;

const pathsIn = async (folder: string): Promise<readonly string[]> => (await readdir(folder)).map((name) => join(folder, name));

/** OP_MSG 2013: `{isMaster: 1, $db: "admin"}`. */
const isMaster = (): Buffer => {
  const name = (text: string): Buffer => Buffer.from(`${text}\0`);
  const int = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    return bytes;
  };
  const fields = Buffer.concat([
    Buffer.from([0x10]),
    name('isMaster'),
    int(1),
    Buffer.from([0x02]),
    name('$db'),
    int(6),
    name('admin'),
    Buffer.from([0]),
  ]);
  const body = Buffer.concat([int(0), Buffer.from([0]), int(fields.length + 4), fields]);
  return Buffer.concat([int(body.length + 16), int(1), int(0), int(2013), body]);
};

export const mongodb: Service = {
  name: 'mongodb',
  version: VERSION,
  port: 28_017,
  ports: 1,
  variable: 'TEST_MONGODB',
  address: (port) => `mongodb://127.0.0.1:${port}`,
  elsewhere: 'RUSHES_TEST_MONGODB_URL',
  settings: (port) => ({
    RUSHES_VIEWS_URL: `mongodb://127.0.0.1:${port}/rushes`,
    RUSHES_KEYS_URL: `mongodb://127.0.0.1:${port}/rushes`,
  }),
  missing: () => missingForJava(`${OLDEST_JAVA} or newer`, fits),
  async install(folder) {
    await fetchFromMaven(
      [
        { group: 'de.bwaldvogel', artifact: 'mongo-java-server-h2-backend', version: VERSION },
        { group: 'org.slf4j', artifact: 'slf4j-nop', version: SLF4J },
      ],
      join(folder, 'libraries'),
    );
    const sources = await pathsIn(SOURCES);
    const libraries = await pathsIn(join(folder, 'libraries'));
    // The compiler is a module of a JDK; a Java that only runs programs lacks it, and says so.
    const compiler = ['--module', 'jdk.compiler/com.sun.tools.javac.Main', '-nowarn', '-d', join(folder, 'classes')];
    await runTool(java(), [...compiler, '-cp', libraries.join(':'), ...sources]);
  },
  prepare: async () => {},
  launch: ({ folder, port }: Instance, installed) => ({
    command: java(),
    args: [
      '-Xmx512m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-cp',
      classPath(installed),
      'StandIn',
      String(port),
      join(folder, 'data.mv'),
    ],
  }),
  isReady: ({ port }) => answersOnSocket(port, isMaster(), () => true),
};
