/**
 * `npm run bench:search`: what searching costs: room and time of the view that is searched, beside the view of titles, and how long one search takes, of words
 * that few, some and many titles have. Searches come one after the other, without a socket, from a service that keeps no answers. Shows the figures, with the load of
 * the machine before and after, and keeps none.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { createMetrics, silentLogger } from '@rushes/runtime';
import { buildApp } from '@rushes/serving';

import type { MeasuredRun } from './batch/measured-run.ts';
import { openBenchStores } from './live/open-bench-stores.ts';
import { percentile } from './live/percentile.ts';
import { timeRequests } from './live/timed-requests.ts';
import { measureInChild } from './process/child.ts';
import { markdownTable } from './report/markdown.ts';

const { values } = parseArgs({
  options: {
    titles: { type: 'string', default: '300000' },
    /** Searches of each kind. */
    requests: { type: 'string', default: '40' },
    folder: { type: 'string', default: tmpdir() },
    /** A data folder with a published version, instead of a made-up one. */
    data: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log('npm run bench:search -- [--titles 300000] [--requests 40] [--folder FOLDER] [--data DATA]');
  process.exit(0);
}

const MEBIBYTE = 2 ** 20;
const WARM_UP = 3;
/** Titles from which words are taken. */
const PICKED = 400;

const load = (): string =>
  loadavg()
    .map((one) => one.toFixed(1))
    .join(', ');
const word = (title: string): string => title.split(/[^\p{L}\p{N}]+/u).toSorted((a, b) => b.length - a.length)[0] ?? '';
const withSlip = (text: string): string => `${text.slice(0, 2)}${text.slice(3)}`;

const measure = async (data: string): Promise<void> => {
  const before = load();
  const stores = await openBenchStores(data);
  const { objects, views, speed, log } = stores;
  const publication = await views.currentPublication();
  const sizes: string[][] = [];
  for (const name of ['titles', 'search']) {
    const artefact = publication?.views[name];
    if (artefact === undefined) throw new Error(`what is published in ${data} has no view ${name}`);
    const bytes = (await views.bytes(artefact.artefact)) ?? 0;
    sizes.push([name, String(artefact.rows), `${(bytes / MEBIBYTE).toFixed(0)} MiB`]);
  }
  const app = buildApp(
    { objects, views, speed, log, caches: createMemoryCaches(), rateLimiter: undefined },
    { responseCacheBytes: 0 },
    { logger: silentLogger, metrics: createMetrics() },
  );
  await app.ready();
  const { data: listed } = (await app.inject(`/movies?page_size=${PICKED}&fields=title`)).json<{
    readonly data: readonly { readonly title: string | null }[];
  }>();
  const picked = listed.flatMap(({ title }) => (title === null ? [] : [title]));
  const words = [...new Set(picked.map(word))].filter((one) => one.length > 4);
  const count = Number(values.requests);
  const some = (make: (at: number) => string): readonly string[] => Array.from({ length: count }, (_, at) => encodeURIComponent(make(at)));
  const kinds: Readonly<Record<string, readonly string[]>> = {
    'one word': some((at) => words[at % words.length] ?? ''),
    'a slip of one letter': some((at) => withSlip(words[at % words.length] ?? '')),
    'a whole title': some((at) => picked[at % picked.length]?.split(/\s+/).slice(0, 8).join(' ') ?? ''),
    'the beginning of a word (two letters)': some((at) => (words[at % words.length] ?? '').slice(0, 2)),
    'the most frequent word (the)': some(() => 'the'),
  };
  const rows: string[][] = [];
  for (const [kind, questions] of Object.entries(kinds))
    for (const rest of ['', '&facets=true&count=true&type=all']) {
      const paths = questions.map((question) => `/search/movies?q=${question}${rest}`);
      await timeRequests(app, paths.slice(0, WARM_UP));
      const times = await timeRequests(app, paths);
      const { total } = (await app.inject(`${(paths[0] ?? '').replace('&count=true', '')}&count=true`)).json<{ readonly total: number }>();
      rows.push([
        `${kind}${rest === '' ? '' : ', all types, with facets'}`,
        String(total),
        percentile(times, 0.5).toFixed(1),
        percentile(times, 0.95).toFixed(1),
      ]);
    }
  await app.close();
  await stores.close();
  console.log(markdownTable(['view', 'rows', 'in its store'], sizes));
  console.log(`\n${markdownTable(['search', 'found by the first one', 'p50, ms', 'p95, ms'], rows)}`);
  console.log(`\nload of the machine (1, 5, 15 minutes) before ${before}, after ${load()}`);
};

if (values.data !== undefined) await measure(values.data);
else {
  const folder = await mkdtemp(join(values.folder, 'rushes-bench-'));
  try {
    const [imdb, data] = [join(folder, 'imdb'), join(folder, 'data')];
    await measureInChild('write-sample.ts', [imdb, values.titles]);
    const { steps } = await measureInChild<MeasuredRun>('whole-run.ts', [imdb, data, 'whole']);
    const loads = ['gold.search_names', 'load view titles', 'load view search'].map((name) => [
      name,
      `${((steps[name] ?? 0) / 1000).toFixed(1)} s`,
    ]);
    console.log(`${markdownTable(['step of the run', 'time'], loads)}\n`);
    await measure(data);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
