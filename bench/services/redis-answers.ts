/**
 * What an answer of the HTTP service costs with and without a cache that replicas share: `redis-answers.ts [--requests N]`. A replica of its own for each way, on one
 * data folder with the sample, and one Redis; client, replicas and Redis share the machine.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { writeFilmSample } from '@rushes/sources';

import { startProcess, type StartedProcess } from '../../tests/processes/started-process.ts';
import { startOwnServers } from '../../tests/services/own-servers.ts';
import { percentile } from '../live/percentile.ts';

const { values } = parseArgs({ options: { requests: { type: 'string', default: '2000' } } });
const requests = Number(values.requests);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

const ask = (url: string): Promise<void> =>
  new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}`));
      response.on('end', resolve).resume();
    }).on('error', reject);
  });

/** One after the other over one connection. */
const measure = async (name: string, url: (n: number) => string): Promise<void> => {
  const times: number[] = [];
  for (let n = 0; n < requests; n++) {
    const beganMs = performance.now();
    await ask(url(n));
    times.push(performance.now() - beganMs);
  }
  console.log(`${name}: p50 ${percentile(times, 0.5).toFixed(2)} ms, p99 ${percentile(times, 0.99).toFixed(2)} ms`);
};

const folder = await mkdtemp(join(tmpdir(), 'rushes-bench-'));
const servers = await startOwnServers(['redis']);
const started: StartedProcess[] = [];
const start = (app: string, more: Readonly<Record<string, string>> = {}): StartedProcess => {
  const one = startProcess(`apps/${app}/src/main.ts`, {
    RUSHES_DATA: join(folder, 'data'),
    RUSHES_IMDB: join(folder, 'sample'),
    RUSHES_PORT: '0',
    RUSHES_THREADS: '1',
    ...more,
  });
  started.push(one);
  return one;
};
const serve = async (more: Readonly<Record<string, string>>): Promise<string> =>
  String((await start('serving', more).logged('listening'))['url']);
const shared = { RUSHES_CACHE_URL: `redis://${servers.address('redis')}/0` };
const [unlimited, limited] = [
  { RUSHES_RATE_LIMIT_PER_MINUTE: '0' },
  { RUSHES_RATE_LIMIT_PER_MINUTE: '60000000', RUSHES_RATE_LIMIT_BURST: '1000000' },
];
/** A list that nobody has asked for yet, by a filter that changes what is asked and hardly what is found. */
const list = (pageSize: number) => (n: number) => `/movies?page_size=${pageSize}&sort=votes&desc=true&votes_gte=${n}`;

try {
  await writeFilmSample(join(folder, 'sample'));
  if ((await start('batch', { RUSHES_BATCH_MODE: 'once' }).ended) !== 0) throw new Error('the run failed');
  const [alone, one, other, limitedAlone, limitedShared] = [
    await serve(unlimited),
    await serve({ ...unlimited, ...shared }),
    await serve({ ...unlimited, ...shared }),
    await serve(limited),
    await serve({ ...limited, ...shared }),
  ];
  const warm = list(21);
  for (const url of [alone, one, other, limitedAlone, limitedShared]) for (let n = 0; n < 300; n++) await ask(url + warm(n));
  await measure('computed, without Redis', (n) => alone + list(20)(n));
  await measure('computed, with Redis', (n) => one + list(20)(n));
  await measure('kept in memory, without Redis', (n) => alone + list(20)(n));
  await measure('kept in memory, with Redis', (n) => one + list(20)(n));
  await measure('kept by Redis, computed by another replica', (n) => other + list(20)(n));
  await measure('kept in memory, limited, without Redis', (n) => limitedAlone + warm(n % 300));
  await measure('kept in memory, limited, with Redis', (n) => limitedShared + warm(n % 300));
} finally {
  for (const one of started) await one.end('SIGKILL');
  agent.destroy();
  await servers.dispose();
  await rm(folder, { recursive: true, force: true });
}
