/** Apache Kafka: one node that is broker and controller (KRaft). */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { fetchFromMaven } from './maven.ts';
import { type Instance, type Service, ServiceError } from './service.ts';
import { answersOnSocket } from './socket-ready.ts';
import { findJava, missingForJava, runTool } from './tools.ts';

const VERSION = '4.3.1';
const LOG4J = '2.25.5';
const OLDEST_JAVA = 17;
/** Of the JVM. */
export const KAFKA_HEAP = '-Xmx512m';
const CLUSTER_ID_BYTES = 16;
/** ApiVersions, version 0, correlation id 1, no client id: every broker answers it. */
const API_VERSIONS = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);

const fits = (major: number): boolean => major >= OLDEST_JAVA;

/** Its configuration file. */
export const kafkaProperties = ({ folder, port, settings = [] }: Instance): string => {
  const controller = `127.0.0.1:${port + 1}`;
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://${controller}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://${controller}`,
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name=PLAINTEXT',
    'controller.listener.names=CONTROLLER',
    `controller.quorum.bootstrap.servers=${controller}`,
    `log.dirs=${join(folder, 'data')}`,
    // One node: what the broker keeps for itself has one replica, and few partitions, so that it starts quickly.
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=4',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'transaction.state.log.num.partitions=4',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    'share.coordinator.state.topic.num.partitions=1',
    'default.replication.factor=1',
    'auto.create.topics.enable=false',
    'group.initial.rebalance.delay.ms=0',
    // After a kill the controller takes the broker back only when its former session has run out.
    'broker.session.timeout.ms=2000',
    'broker.heartbeat.interval.ms=500',
    ...settings,
    '',
  ].join('\n');
};

const LOG_CONFIGURATION = `<Configuration status="WARN"><Appenders>
<Console name="out"><PatternLayout pattern="%d{ISO8601} %-5p %m (%c{1})%n"/></Console></Appenders>
<Loggers><Logger name="org.apache.kafka.common.config.AbstractConfig" level="WARN"/>
<Root level="INFO"><AppenderRef ref="out"/></Root></Loggers></Configuration>\n`;

const java = (): string => {
  const program = findJava(fits);
  if (program === undefined) throw new ServiceError('there is no Java for Kafka any more');
  return program;
};

const jvmArgs = ({ folder }: Instance, installed: string): readonly string[] => [
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  `-Dlog4j2.configurationFile=${join(folder, 'log4j2.xml')}`,
  '-cp',
  join(installed, '*'),
];

export const kafka: Service = {
  name: 'kafka',
  version: VERSION,
  port: 29_092,
  ports: 2,
  variable: 'TEST_KAFKA',
  address: (port) => `127.0.0.1:${port}`,
  settings: (port) => ({
    RUSHES_LOG_URL: `kafka://127.0.0.1:${port}`,
    RUSHES_KAFKA_REPLICATION: '1',
    RUSHES_KAFKA_MIN_INSYNC_REPLICAS: '1',
  }),
  missing: () => missingForJava(`${OLDEST_JAVA} or newer`, fits),
  install: (folder) =>
    fetchFromMaven(
      [
        { group: 'org.apache.kafka', artifact: 'kafka_2.13', version: VERSION },
        // The broker logs by slf4j 1.7, and asks log4j 2 for its levels.
        { group: 'org.apache.logging.log4j', artifact: 'log4j-slf4j-impl', version: LOG4J },
        { group: 'org.apache.logging.log4j', artifact: 'log4j-core', version: LOG4J },
      ],
      folder,
    ),
  async prepare(instance, installed) {
    const configuration = join(instance.folder, 'server.properties');
    await writeFile(configuration, kafkaProperties(instance));
    await writeFile(join(instance.folder, 'log4j2.xml'), LOG_CONFIGURATION);
    if (existsSync(join(instance.folder, 'data', 'meta.properties'))) return;
    // One that begins with a dash would be taken for a flag.
    const clusterId = randomBytes(CLUSTER_ID_BYTES).toString('base64url').replace(/^-/, 'A');
    const format = ['kafka.tools.StorageTool', 'format', '--standalone', '--cluster-id', clusterId, '--config', configuration];
    await runTool(java(), [...jvmArgs(instance, installed), '-Xmx128m', ...format]);
  },
  launch: (instance, installed) => ({
    command: java(),
    args: [...jvmArgs(instance, installed), KAFKA_HEAP, 'kafka.Kafka', join(instance.folder, 'server.properties')],
  }),
  isReady: ({ port }) => answersOnSocket(port, API_VERSIONS, () => true),
};
