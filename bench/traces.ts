/**
 * What traces cost: `traces.ts [--seconds N] [--rounds N]`. Reads of single movies and posted ratings, answered by one process of the serving layer beside one of
 * the speed layer on one data folder with the sample: with traces off, of one request in a hundred, and of all. The collector takes everything and looks at
 * nothing. Rounds take turns, so that what else the machine does meets all alike; load, processes and collector share it.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { writeFilmSample } from '@rushes/sources';
import autocannon from 'autocannon';

import { createWriterKey, startProcess, type StartedProcess } from '../tests/processes/started-process.ts';
import { cpuMsOf } from './process/usage.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '4' }, rounds: { type: 'string', default: '7' } } });
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];
const WARM_UP_S = 1;
const MOVIES = 50;

const folder = await mkdtemp(join(tmpdir(), 'rushes-bench-'));
const started: StartedProcess[] = [];
const collector = createServer((request, response) => {
  request.resume().on('end', () => response.end('{}'));
}).listen(0, '127.0.0.1');
await once(collector, 'listening');
const address = collector.address();
const collectorUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/v1/traces`;

const start = (path: string, more: Readonly<Record<string, string>> = {}, args: readonly string[] = []): StartedProcess => {
  const one = startProcess(
    path,
    {
      RUSHES_DATA: join(folder, 'data'),
      RUSHES_IMDB: join(folder, 'sample'),
      RUSHES_PORT: '0',
      RUSHES_RATE_LIMIT_PER_MINUTE: '0',
      RUSHES_OVERLOAD_EVENT_LOOP_DELAY_MS: '0',
      RUSHES_OVERLOAD_WAIT_MS: '0',
      ...more,
    },
    args,
  );
  started.push(one);
  return one;
};

interface Cost {
  readonly perSecond: number;
  /** Processor time of all processes that answer, for each request that was answered, in microseconds. */
  readonly cpuUs: number;
}

type Requests = NonNullable<autocannon.Options['requests']>;

const load = async (url: string, pids: readonly number[], connections: number, requests: Requests): Promise<Cost> => {
  const cpuMs = (): number => pids.reduce((sum, pid) => sum + (cpuMsOf(pid) ?? Number.NaN), 0);
  await autocannon({ url, connections, requests, duration: WARM_UP_S });
  const before = cpuMs();
  const found = await autocannon({ url, connections, requests, duration: seconds });
  const answered = found['2xx'];
  if (found.non2xx + found.errors > 0) throw new Error(`${found.non2xx} answers were no answers, ${found.errors} requests failed`);
  return { perSecond: answered / found.duration, cpuUs: ((cpuMs() - before) * 1000) / answered };
};

const KINDS = ['off', '0.01', '1'] as const;
type Kind = (typeof KINDS)[number];

const tracesOf = (kind: Kind): Readonly<Record<string, string>> =>
  kind === 'off' ? {} : { RUSHES_TRACING_URL: collectorUrl, RUSHES_TRACING_SHARE: kind };

interface Served {
  readonly url: string;
  readonly pid: number;
  readonly ids: readonly string[];
}

const serve = async (kind: Kind): Promise<Served> => {
  const { url, pid } = await start('apps/serving/src/main.ts', tracesOf(kind)).logged('listening');
  const answer = await fetch(`${String(url)}/movies?page_size=${MOVIES}`);
  // as: a list
  const ids = ((await answer.json()) as { readonly data: readonly { readonly id: string }[] }).data.map(({ id }) => id);
  return { url: String(url), pid: Number(pid), ids };
};

const endAll = async (): Promise<void> => {
  for (const one of started.splice(0)) await one.end('SIGTERM');
};

/** All three run at once and are asked in turn. */
const measureReads = async (): Promise<readonly (readonly [Kind, Cost])[]> => {
  const served: (readonly [Kind, Served])[] = [];
  for (const kind of KINDS) served.push([kind, await serve(kind)]);
  const costs: (readonly [Kind, Cost])[] = [];
  for (let round = 0; round < rounds; round++)
    for (const [kind, { url, pid, ids }] of served) {
      const requests: Requests = ids.map((id) => ({ method: 'GET', path: `/movies/${id}` }));
      costs.push([kind, await load(url, [pid], 10, requests)]);
    }
  await endAll();
  return costs;
};

/** One after the other: processes of the speed layer divide the partitions among themselves. */
const measurePosts = async (key: string): Promise<readonly (readonly [Kind, Cost])[]> => {
  const costs: (readonly [Kind, Cost])[] = [];
  for (let round = 0; round < rounds; round++)
    for (const kind of KINDS) {
      const { url, pid, ids } = await serve(kind);
      const speed = await start('apps/speed/src/main.ts', tracesOf(kind)).logged('projecting');
      const requests: Requests = ids.map((id) => ({
        method: 'POST',
        path: `/movies/${id}/ratings`,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ score: 7 }),
      }));
      costs.push([kind, await load(url, [pid, Number(speed['pid'])], 32, requests)]);
      await endAll();
    }
  return costs;
};

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
/** Of processor time the least: what else the machine does only adds to it. */
const shown = (costs: readonly Cost[]): string => {
  const leastUs = Math.min(...costs.map(({ cpuUs }) => cpuUs));
  return `${Math.round(median(costs.map(({ perSecond }) => perSecond)))}/s, ${Math.round(leastUs)} µs of processor each`;
};

try {
  await writeFilmSample(join(folder, 'sample'));
  const run = start('apps/batch/src/main.ts', { RUSHES_BATCH_MODE: 'once' });
  if ((await run.ended) !== 0) throw new Error(run.output());
  const key = await createWriterKey((args) => start('apps/rushes/src/main.ts', {}, args));
  const [reads, posts] = [await measureReads(), await measurePosts(key)];
  for (const kind of KINDS) {
    const [ofReads, ofPosts] = [reads, posts].map((costs) => costs.flatMap(([of, cost]) => (of === kind ? [cost] : [])));
    console.log(`${kind}: reads ${shown(ofReads ?? [])}; posts ${shown(ofPosts ?? [])}`);
  }
} finally {
  for (const one of started) await one.end('SIGKILL');
  collector.close();
  await rm(folder, { recursive: true, force: true });
}
