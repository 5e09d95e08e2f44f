/**
 * Rushes on Kafka, Cassandra and S3 beside Rushes in one folder: `npm run bench:services [-- --titles N] [--seconds N]`. Starts servers of its own on this
 * machine, which share its cores with what is measured.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { defaultConfig } from '@rushes/runtime';

import { startOwnServers } from '../../tests/services/own-servers.ts';
import { createBucket } from '../../tools/services/create-bucket.ts';
import { TEST_S3_KEY, TEST_S3_SECRET } from '../../tools/services/s3.ts';
import type { MeasuredRun } from '../batch/measured-run.ts';
import { shareVersion } from '../live/live-folder.ts';
import type { Pages, Visible } from '../live/measured.ts';
import { placeStores, type ServerPlaces } from '../live/open-bench-stores.ts';
import { measureInChild } from '../process/child.ts';
import { surroundings } from '../report/machine.ts';

const { values } = parseArgs({
  options: {
    titles: { type: 'string', default: '150000' },
    changed: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '15' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const RATES = [100, 500];
const MOVIES = 5_000;
/** A server that has just started is slow for a while, and that is not what is asked. */
const WARM_UP_S = 20;
const PAGE_READS = 60;

const say = (text: string): void => console.log(text);
process.env['AWS_ACCESS_KEY_ID'] = TEST_S3_KEY;
process.env['AWS_SECRET_ACCESS_KEY'] = TEST_S3_SECRET;

const folder = await mkdtemp(join(values.folder, 'rushes-bench-'));
const servers = await startOwnServers(['kafka', 'registry', 'cassandra', 's3']);

/** Names on the servers that nothing else has. */
const placesOnServers = async (...kinds: readonly ('objects' | 'log' | 'speed')[]): Promise<ServerPlaces> => {
  const name = `b${randomBytes(5).toString('hex')}`;
  const { s3, kafka, cassandra, mongodb, postgres } = defaultConfig();
  await createBucket(servers.address('s3'), name);
  const urls = {
    objects: `s3://${name}/lake`,
    log: `kafka://${servers.address('kafka')}/${name}.`,
    speed: `cassandra://${servers.address('cassandra')}/${name}`,
  };
  return {
    urls: Object.fromEntries(kinds.map((kind) => [kind, urls[kind]])),
    servers: {
      s3: { ...s3, endpoint: servers.address('s3') },
      kafka: { ...kafka, replication: 1, minInsyncReplicas: 1, registryUrl: servers.address('registry') },
      cassandra: { ...cassandra, replication: 1 },
      mongodb,
      postgres,
    },
  };
};

const measureRuns = async (imdb: string, base: string): Promise<void> => {
  const onS3 = join(folder, 'on-s3');
  await mkdir(onS3);
  await placeStores(onS3, await placesOnServers('objects'));
  for (const what of ['a whole run', 'a run that finds nothing new']) {
    const [inFolder, remote] = [
      await measureInChild<MeasuredRun>('whole-run.ts', [imdb, base, 'whole']),
      await measureInChild<MeasuredRun>('whole-run.ts', [imdb, onS3, 'whole']),
    ];
    const s = (run: MeasuredRun): string => (run.wallMs / 1000).toFixed(1);
    say(`${what}: ${s(remote)} s with the lake on S3, ${s(inFolder)} s in a folder (${(remote.wallMs / inFolder.wallMs).toFixed(2)}×)`);
  }
};

const measureVisible = async (base: string): Promise<void> => {
  for (const rate of RATES)
    for (const where of ['in one folder', 'on Kafka and Cassandra']) {
      const data = await shareVersion(base, join(folder, `visible-${rate}-${where.replaceAll(' ', '-')}`));
      if (where !== 'in one folder') await placeStores(data, await placesOnServers('log', 'speed'));
      const numbers = [rate, Number(values.seconds), WARM_UP_S, MOVIES].map(String);
      const one = await measureInChild<Visible>('live/scripts/visible.ts', [data, ...numbers, 'latency']);
      say(`${rate} events a second ${where}: visible after ${one.p50Ms.toFixed(0)} ms, p99 ${one.p99Ms.toFixed(0)} ms`);
    }
};

const measureOpening = async (base: string): Promise<void> => {
  for (const where of ['in one folder', 'on Kafka and Cassandra']) {
    const data = await shareVersion(base, join(folder, `changed-${where.replaceAll(' ', '-')}`));
    if (where !== 'in one folder') await placeStores(data, await placesOnServers('log', 'speed'));
    await measureInChild('live/scripts/fill.ts', [data, 'changed', values.changed]);
    const pages = await measureInChild<Pages>('live/scripts/pages.ts', [data, values.changed, String(PAGE_READS)]);
    say(`the service opened over ${values.changed} changed titles ${where}: ready after ${(pages.readyMs / 1000).toFixed(1)} s`);
  }
};

try {
  const { commit, machine } = surroundings();
  say(`commit ${commit}, ${JSON.stringify(machine)}, ${values.titles} made-up titles`);
  const [imdb, base] = [join(folder, 'imdb'), join(folder, 'base')];
  await measureInChild('write-sample.ts', [imdb, values.titles]);
  await measureRuns(imdb, base);
  await measureVisible(base);
  await measureOpening(base);
} finally {
  await servers.dispose();
  await rm(folder, { recursive: true, force: true });
}
