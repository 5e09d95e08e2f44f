/** Apache Cassandra: a ring of one node. Its commit log is synced before a write is acknowledged, as whoever keeps fences in it needs. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';

import { fetchFromMaven } from './maven.ts';
import { type Instance, type Service, ServiceError } from './service.ts';
import { answersOnSocket } from './socket-ready.ts';
import { findJava, missingForJava } from './tools.ts';

const VERSION = '5.0.9';
/** Cassandra 5.0 runs on no newer one. */
const JAVA = 17;
const fits = (major: number): boolean => major === JAVA;
/** The Java that it runs on. */
export const findCassandraJava = (): string | undefined => findJava(fits);
const ANSWER_MS = 2_000;
/** OPTIONS of the native protocol's version 4; the answer is SUPPORTED. */
const OPTIONS = Buffer.from([4, 0, 0, 0, 5, 0, 0, 0, 0]);
const SUPPORTED = 6;

/** Its configuration file. */
export const cassandraYaml = ({ folder, port, settings = [] }: Instance): string =>
  [
    'cluster_name: rushes-test',
    'partitioner: org.apache.cassandra.dht.Murmur3Partitioner',
    'endpoint_snitch: SimpleSnitch',
    'seed_provider:',
    '  - class_name: org.apache.cassandra.locator.SimpleSeedProvider',
    '    parameters:',
    `      - seeds: "127.0.0.1:${port + 1}"`,
    'num_tokens: 1',
    'initial_token: "0"',
    'auto_bootstrap: false',
    'listen_address: 127.0.0.1',
    'rpc_address: 127.0.0.1',
    `native_transport_port: ${port}`,
    `storage_port: ${port + 1}`,
    `ssl_storage_port: ${port + 1}`,
    `data_file_directories: [${JSON.stringify(join(folder, 'data'))}]`,
    ...['commitlog', 'hints', 'saved_caches'].map((name) => `${name}_directory: ${JSON.stringify(join(folder, name))}`),
    `cdc_raw_directory: ${JSON.stringify(join(folder, 'cdc'))}`,
    'hinted_handoff_enabled: false',
    'commitlog_sync: batch',
    'paxos_variant: v2',
    'auto_snapshot: false',
    'disk_failure_policy: die',
    'commit_failure_policy: die',
    'storage_compatibility_mode: NONE',
    // Little enough for a machine with other work.
    'commitlog_segment_size: 32MiB',
    'commitlog_total_space: 256MiB',
    'memtable_heap_space: 192MiB',
    'memtable_offheap_space: 64MiB',
    'memtable_allocation_type: heap_buffers',
    'key_cache_size: 8MiB',
    'file_cache_size: 32MiB',
    'networking_cache_size: 16MiB',
    'concurrent_reads: 16',
    'concurrent_writes: 32',
    'concurrent_compactors: 1',
    'native_transport_max_threads: 32',
    ...settings,
    '',
  ].join('\n');

const logback = (folder: string): string => `<configuration>
<appender name="FILE" class="ch.qos.logback.core.FileAppender"><file>${join(folder, 'system.log')}</file>
<encoder><pattern>%-5level [%thread] %date{ISO8601} %F:%L - %msg%n</pattern></encoder></appender>
<root level="INFO"><appender-ref ref="FILE"/></root></configuration>\n`;

/** What Cassandra takes of the inside of Java 17 by reflection. */
const EXPORTS = [
  'java.base/jdk.internal.misc',
  'java.base/java.lang.ref',
  'java.management.rmi/com.sun.jmx.remote.internal.rmi',
  'java.rmi/sun.rmi.registry',
  'java.rmi/sun.rmi.server',
  'java.sql/java.sql',
  'jdk.attach/sun.tools.attach',
  'jdk.compiler/com.sun.tools.javac.file',
  'jdk.unsupported/sun.misc',
];
const OPENS = [
  'java.base/java.io',
  'java.base/java.lang',
  'java.base/java.lang.module',
  'java.base/java.lang.reflect',
  'java.base/java.net',
  'java.base/java.util',
  'java.base/jdk.internal.loader',
  'java.base/jdk.internal.math',
  'java.base/jdk.internal.module',
  'java.base/jdk.internal.ref',
  'java.base/jdk.internal.reflect',
  'java.base/jdk.internal.util.jar',
  'java.base/java.nio',
  'java.base/sun.nio.ch',
  'jdk.compiler/com.sun.tools.javac',
  'jdk.management/com.sun.management.internal',
];

/** What of Java its programs have to be let at. */
export const JAVA_ACCESS: readonly string[] = [
  ...EXPORTS.map((one) => `--add-exports=${one}=ALL-UNNAMED`),
  ...OPENS.map((one) => `--add-opens=${one}=ALL-UNNAMED`),
];

/** Whether a node that takes encrypted connections alone, and answers no other, begins one. Whom it trusts is not asked. */
const encrypts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    const end = (isEncrypted: boolean): void => {
      socket.destroy();
      resolve(isEncrypted);
    };
    socket.setTimeout(ANSWER_MS, () => end(false));
    socket.once('secureConnect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });

let agent = '';

export const cassandra: Service = {
  name: 'cassandra',
  version: VERSION,
  port: 29_042,
  ports: 3,
  variable: 'TEST_CASSANDRA',
  address: (port) => `127.0.0.1:${port}`,
  settings: (port) => ({ RUSHES_SPEED_URL: `cassandra://127.0.0.1:${port}/rushes`, RUSHES_CASSANDRA_REPLICATION: '1' }),
  missing: () => missingForJava(`${JAVA}, no other`, fits),
  install: (folder) =>
    fetchFromMaven(
      [
        {
          group: 'org.apache.cassandra',
          artifact: 'cassandra-all',
          version: VERSION,
          // Of other platforms, and for TLS between nodes.
          without: [
            'io.netty:netty-tcnative-boringssl-static',
            'io.netty:netty-resolver-dns-native-macos',
            'io.netty:netty-transport-native-kqueue',
          ],
        },
      ],
      folder,
    ),
  async prepare(instance, installed) {
    const { folder } = instance;
    for (const name of ['tmp', 'triggers']) await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, 'cassandra.yaml'), cassandraYaml(instance));
    await writeFile(join(folder, 'logback.xml'), logback(folder));
    agent = (await readdir(installed)).find((name) => name.startsWith('jamm-')) ?? '';
  },
  launch({ folder, port }, installed) {
    const java = findCassandraJava();
    if (java === undefined) throw new ServiceError(`there is no Java ${JAVA} for Cassandra any more`);
    const properties: Readonly<Record<string, string>> = {
      'java.io.tmpdir': join(folder, 'tmp'),
      'java.net.preferIPv4Stack': 'true',
      'java.awt.headless': 'true',
      'jdk.attach.allowAttachSelf': 'true',
      'io.netty.tryReflectionSetAccessible': 'true',
      'logback.configurationFile': join(folder, 'logback.xml'),
      'cassandra.config': `file://${join(folder, 'cassandra.yaml')}`,
      'cassandra.storagedir': folder,
      'cassandra.logdir': folder,
      'cassandra.triggers_dir': join(folder, 'triggers'),
      'cassandra.jmx.local.port': String(port + 2),
      // A ring of one has nobody to wait for.
      'cassandra.skip_wait_for_gossip_to_settle': '0',
      'cassandra.ring_delay_ms': '0',
      'cassandra.superuser_setup_delay_ms': '0',
    };
    return {
      command: java,
      args: [
        '-Xms512m',
        '-Xmx768m',
        '-XX:+UseSerialGC',
        '-Xss384k',
        '-XX:MaxDirectMemorySize=256m',
        '-XX:+ExitOnOutOfMemoryError',
        '-XX:+PerfDisableSharedMem',
        ...JAVA_ACCESS,
        `-javaagent:${join(installed, agent)}`,
        ...Object.entries(properties).map(([name, value]) => `-D${name}=${value}`),
        '-cp',
        join(installed, '*'),
        'org.apache.cassandra.service.CassandraDaemon',
      ],
    };
  },
  isReady: async ({ port }) => (await answersOnSocket(port, OPTIONS, (frame) => frame[4] === SUPPORTED)) || encrypts(port),
};
