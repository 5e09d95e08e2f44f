/** All benchmarks: measures, prints tables, and keeps the figures as JSON. */
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';

import { type BatchResult, measureBatch } from './batch/measure-batch.ts';
import { type FormatsResult, measureFormats } from './formats/measure-formats.ts';
import { type HttpResult, measureHttp } from './http/measure-http.ts';
import { type LiveResult, measureLive } from './live/measure-live.ts';
import { measurePeers } from './peers/measure-peers.ts';
import { surroundings } from './report/machine.ts';
import { type BenchmarkResult, describeResult, keepResult, quoteInDocumentation } from './report/results.ts';

const { values } = parseArgs({
  options: {
    /** Sizes of the batch runs, or the size of what peers are measured with. */
    titles: { type: 'string' },
    /** Size of what is served. */
    'http-titles': { type: 'string', default: '100000' },
    runs: { type: 'string' },
    /** Of each measurement of requests. */
    seconds: { type: 'string', default: '8' },
    /** Size of what whole lists are of. */
    'format-titles': { type: 'string', default: '300000' },
    /** Size of what events are merged with. */
    'live-titles': { type: 'string', default: '150000' },
    /** Events in a log. */
    'live-events': { type: 'string', default: '50000' },
    /** How long memory is watched. */
    'soak-seconds': { type: 'string', default: '120' },
    only: { type: 'string' },
    /** Measure Rushes beside what users would compare it with, and nothing else. */
    peers: { type: 'boolean', default: false },
    /** Where the Python packages of peers are kept. */
    'peer-cache': { type: 'string', default: fileURLToPath(new URL('../node_modules/.cache/rushes-peers', import.meta.url)) },
    /** Where files are written meanwhile; a disk with some gigabytes free. */
    folder: { type: 'string', default: tmpdir() },
    /** Replace the figures in docs/benchmarks.md. */
    'write-docs': { type: 'boolean', default: false },
    /** Do not measure: show, and with --write-docs quote, the results in these files. */
    from: { type: 'string', multiple: true },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) {
  console.log(`npm run bench -- [--titles 100000,300000] [--http-titles 100000] [--runs 3] [--seconds 8] [--only batch|http|live|formats]
                 [--format-titles 300000] [--live-titles 150000] [--live-events 50000] [--soak-seconds 120]
       npm run bench -- --peers [--titles 1000000] [--runs 1] [--seconds 8] [--peer-cache FOLDER]
                 [--folder FOLDER] [--write-docs] [--from RESULT.json …]

docs/benchmarks.md says what each option and each figure means.`);
  process.exit(0);
}

const positive = (name: string, text: string): number => {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`--${name} takes numbers above 0, not ${text}`);
  return value;
};
const PARTS = ['batch', 'http', 'live', 'formats'] as const;
const parts = PARTS.filter((part) => values.only === undefined || values.only === part);
if (parts.length === 0) throw new Error(`--only takes ${PARTS.join(', ')}, not ${values.only}`);

// Ended early, it still ends its processes and removes its files.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const tell = (text: string): void => console.error(text);

/** Does the work in a folder that is gone afterwards, also after a failure. */
const inFreshFolder = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  await mkdir(values.folder, { recursive: true });
  const folder = await mkdtemp(join(values.folder, 'rushes-bench-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
    process.off('exit', remove);
  }
};

const measureAll = async (): Promise<BenchmarkResult> => {
  const rounds = positive('runs', values.runs ?? '3');
  const batch: BatchResult[] = [];
  let http: HttpResult | undefined;
  let live: LiveResult | undefined;
  let formats: FormatsResult | undefined;
  if (parts.includes('batch'))
    for (const titles of (values.titles ?? '100000,300000').split(',').map((text) => positive('titles', text)))
      batch.push(await inFreshFolder((folder) => measureBatch(folder, titles, rounds, tell)));
  if (parts.includes('http')) {
    const options = { titles: positive('http-titles', values['http-titles']), rounds, seconds: positive('seconds', values.seconds) };
    http = await inFreshFolder((folder) => measureHttp(folder, options, tell));
  }
  if (parts.includes('live')) {
    const options = {
      titles: positive('live-titles', values['live-titles']),
      events: positive('live-events', values['live-events']),
      rounds,
      seconds: positive('seconds', values.seconds),
      soakSeconds: positive('soak-seconds', values['soak-seconds']),
    };
    live = await inFreshFolder((folder) => measureLive(folder, options, tell));
  }
  if (parts.includes('formats')) {
    const options = { titles: positive('format-titles', values['format-titles']), rounds };
    formats = await inFreshFolder((folder) => measureFormats(folder, options, tell));
  }
  return {
    measuredAt: new Date().toISOString(),
    ...surroundings(),
    batch,
    ...(http === undefined ? {} : { http }),
    ...(live === undefined ? {} : { live }),
    ...(formats === undefined ? {} : { formats }),
  };
};

const measureWithPeers = async (): Promise<BenchmarkResult> => {
  const options = {
    titles: positive('titles', values.titles ?? '1000000'),
    rounds: positive('runs', values.runs ?? '1'),
    seconds: positive('seconds', values.seconds),
    cache: resolve(values['peer-cache']),
  };
  const peers = await inFreshFolder((folder) => measurePeers(folder, options, tell));
  return { measuredAt: peers.measuredAt, ...surroundings(), batch: [], peers };
};

/** Parts that were measured one by one on one machine, as one result: of each part the last. */
const joined = async (files: readonly string[]): Promise<BenchmarkResult | undefined> => {
  let result: BenchmarkResult | undefined;
  for (const file of files) {
    const read = JSON.parse(await readFile(file, 'utf8')) as BenchmarkResult; // as: written by this program
    if (result && !isDeepStrictEqual([read.machine, read.versions], [result.machine, result.versions]))
      throw new Error(`${file} was not measured on the machine and with the versions of the files before it`);
    // The live part and peers name their own time and commit.
    const namesItsOwn = read.batch.length === 0 && read.http === undefined;
    const { measuredAt } = namesItsOwn && result ? result : read;
    const commits = new Set([...(result?.commit.split(' and ') ?? []), ...(namesItsOwn && result ? [] : [read.commit])]);
    const batch = read.batch.length > 0 ? read.batch : (result?.batch ?? []);
    result = { ...result, ...read, measuredAt, commit: [...commits].join(' and '), batch };
  }
  return result;
};

const kept = await joined(values.from ?? []);
const result = kept ?? (await (values.peers ? measureWithPeers() : measureAll()));
console.log(describeResult(result));
if (!kept) tell(`\nkept in ${await keepResult(result)}`);
if (values['write-docs']) await quoteInDocumentation(result);
