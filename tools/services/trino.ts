/**
 * Trino: coordinator and worker in one JVM, without accounts. Its catalogs are `memory`, and `lake`: Parquet files in a folder of its own, under `local:///`.
 * Others are made while it runs, by `CREATE CATALOG`.
 */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { fetchFromMaven } from './maven.ts';
import { type Instance, type Service, ServiceError } from './service.ts';
import { findJava, isInstalled, missingForJava, runTool } from './tools.ts';

const VERSION = '476';
const OLDEST_JAVA = 24;
const HEAP = '-Xmx2G';
const ANSWER_MS = 2_000;
const LOOK_MS = 10_000;

const fits = (major: number): boolean => major >= OLDEST_JAVA;

const ofTrino = (artifact: string, type: string) => ({ group: 'io.trino', artifact, version: VERSION, type, without: ['*:*'] });
const PLUGINS = ['hive', 'memory'];

const lakeOf = (folder: string): string => join(folder, 'lake');
/** Where it looks for them, from the folder that it is started in. */
const catalogsOf = (folder: string): string => join(folder, 'etc', 'catalog');

/** Its configuration file. */
const trinoProperties = ({ port, settings = [] }: Instance, installed: string): string =>
  [
    'node.environment=rushes',
    'node.id=rushes-1',
    'node.internal-address=127.0.0.1',
    'node.bind-ip=127.0.0.1',
    `http-server.http.port=${port}`,
    `discovery.uri=http://127.0.0.1:${port}`,
    'coordinator=true',
    'node-scheduler.include-coordinator=true',
    `plugin.dir=${join(installed, 'plugin')}`,
    'catalog.management=dynamic',
    // Together less than what the heap has besides its third of headroom.
    'query.max-memory=1GB',
    'query.max-memory-per-node=1GB',
    ...settings,
    '',
  ].join('\n');

/** Tables lie where their `external_location` says, so that other programs find their files; microseconds, as the lake's instants have. */
const lakeProperties = (folder: string): string =>
  [
    'connector.name=hive',
    'hive.metastore=file',
    'hive.metastore.catalog.dir=local:///.metastore',
    'hive.storage-format=PARQUET',
    'hive.compression-codec=ZSTD',
    'hive.non-managed-table-writes-enabled=true',
    'hive.parquet.time-zone=UTC',
    'hive.timestamp-precision=MICROSECONDS',
    'fs.hadoop.enabled=false',
    'fs.native-local.enabled=true',
    `local.location=${lakeOf(folder)}`,
    '',
  ].join('\n');

const JVM_ARGS = [
  HEAP,
  '-XX:+UseG1GC',
  '-XX:G1HeapRegionSize=8M',
  '-XX:+ExitOnOutOfMemoryError',
  '-XX:ReservedCodeCacheSize=256M',
  '-XX:-OmitStackTraceInFastThrow',
  '-Djdk.attach.allowAttachSelf=true',
  '-Dfile.encoding=UTF-8',
  '-Duser.timezone=UTC',
  '--enable-native-access=ALL-UNNAMED',
  '--sun-misc-unsafe-memory-access=allow',
  '--add-modules=jdk.incubator.vector',
];

const java = (): string => {
  const program = findJava(fits);
  if (program === undefined) throw new ServiceError('there is no Java for Trino any more');
  return program;
};

/** A page of an answer, as far as it is looked at. */
interface Page {
  readonly nextUri?: string;
  readonly data?: readonly unknown[];
}

/** Whether it answers a query, which takes several requests. */
const answersQuery = async (url: string): Promise<boolean> => {
  const deadline = performance.now() + LOOK_MS;
  const ask = async (at: string, body?: string): Promise<Page> => {
    const answer = await fetch(at, {
      ...(body === undefined ? {} : { method: 'POST', body }),
      headers: { 'X-Trino-User': 'rushes' },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return (await answer.json()) as Page; // as: Trino's protocol
  };
  try {
    let page = await ask(`${url}/v1/statement`, 'SELECT 1');
    while (page.data === undefined && page.nextUri !== undefined && performance.now() < deadline) page = await ask(page.nextUri);
    return page.data !== undefined;
  } catch {
    return false;
  }
};

export const trino: Service = {
  name: 'trino',
  version: VERSION,
  slow: 'which is half a gigabyte',
  port: 28_080,
  ports: 1,
  variable: 'TEST_TRINO',
  address: (port) => `http://127.0.0.1:${port}`,
  settings: (port) => ({ TEST_TRINO: trino.address(port) }),
  missing() {
    const missing = missingForJava(`${OLDEST_JAVA} or newer`, fits);
    if (missing !== undefined) return missing;
    return isInstalled('unzip', '-v')
      ? undefined
      : 'its plugins are unpacked with `unzip`, which is not on the path (Debian: apt-get install unzip)';
  },
  async install(folder) {
    const packages = await mkdtemp(join(folder, 'packages-'));
    try {
      await fetchFromMaven([ofTrino('trino-server-core', 'tar.gz'), ...PLUGINS.map((name) => ofTrino(`trino-${name}`, 'zip'))], packages);
      await runTool('tar', ['-xzf', join(packages, `trino-server-core-${VERSION}.tar.gz`), '-C', folder, '--strip-components=1']);
      for (const name of PLUGINS)
        await runTool('unzip', ['-q', join(packages, `trino-${name}-${VERSION}.zip`), '-d', join(folder, 'unpacked')]);
      // Each holds one folder of its own name.
      await mkdir(join(folder, 'plugin'), { recursive: true });
      for (const name of await readdir(join(folder, 'unpacked')))
        await runTool('mv', [join(folder, 'unpacked', name), join(folder, 'plugin', name)]);
    } finally {
      await rm(packages, { recursive: true, force: true });
      await rm(join(folder, 'unpacked'), { recursive: true, force: true });
    }
  },
  async prepare(instance, installed) {
    const { folder } = instance;
    for (const made of [lakeOf(folder), catalogsOf(folder), join(folder, 'data')]) await mkdir(made, { recursive: true });
    await writeFile(join(folder, 'config.properties'), trinoProperties(instance, installed));
    await writeFile(join(folder, 'log.properties'), 'io.trino=WARN\nio.airlift=WARN\n');
    await writeFile(join(catalogsOf(folder), 'lake.properties'), lakeProperties(folder));
    await writeFile(join(catalogsOf(folder), 'memory.properties'), 'connector.name=memory\n');
  },
  launch: ({ folder }, installed) => ({
    command: java(),
    args: [
      ...JVM_ARGS,
      `-Dnode.data-dir=${join(folder, 'data')}`,
      `-Dconfig=${join(folder, 'config.properties')}`,
      `-Dlog.levels-file=${join(folder, 'log.properties')}`,
      '-cp',
      join(installed, 'lib', '*'),
      'io.trino.server.TrinoServer',
    ],
  }),
  isReady: ({ port }) => answersQuery(trino.address(port)),
};
