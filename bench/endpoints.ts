/**
 * `npm run bench:endpoints`: how long each endpoint takes when several clients ask all the time, of everything in one process, with and without events that
 * arrive meanwhile, over a version that has months of events. Shows the figures beside those of a plain list, with the load of the machine before and after, and
 * keeps none.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { type KnownFilm, pathsOf } from './endpoints/paths.ts';
import type { Loaded } from './http/loaded.ts';
import { putLoad } from './http/put-load.ts';
import { benchScript, endWithUs, measureInChild, plainEnvironment } from './process/child.ts';
import { startUp, withServers } from './process/started-server.ts';
import { markdownTable } from './report/markdown.ts';

const { values } = parseArgs({
  options: {
    titles: { type: 'string', default: '100000' },
    /** In the served version. */
    events: { type: 'string', default: '200000' },
    /** On so many days. */
    days: { type: 'string', default: '90' },
    /** That events are about, and that are asked for. */
    movies: { type: 'string', default: '2000' },
    /** Events a second that arrive meanwhile, in the second round. */
    rate: { type: 'string', default: '100' },
    connections: { type: 'string', default: '4' },
    /** Of each endpoint. */
    seconds: { type: 'string', default: '6' },
    folder: { type: 'string', default: tmpdir() },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(`npm run bench:endpoints -- [--titles 100000] [--events 200000] [--days 90] [--movies 2000] [--rate 100] [--connections 4] [--seconds 6]
                           [--folder FOLDER]`);
  process.exit(0);
}

// Ended early, it still ends its processes and removes its files.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const ASKED_FILMS = 500;
const load = (): string =>
  loadavg()
    .map((one) => one.toFixed(1))
    .join(', ');
const tell = (text: string): void => console.error(text);

const filmsOf = async (url: string): Promise<readonly KnownFilm[]> => {
  while ((await fetch(`${url}/health/ready`)).status !== 200) await sleep(200);
  const response = await fetch(`${url}/movies?page_size=${ASKED_FILMS}&fields=id,title,genres`);
  return ((await response.json()) as { readonly data: readonly KnownFilm[] }).data; // as: the envelope of lists
};

/** The most resident memory of a process, in MiB, where the system tells. */
const peakMbOf = (pid: number): string => {
  const [, kib] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return kib === undefined ? 'not told' : `${Math.round(Number(kib) / 1024)} MiB`;
};

const figures = ({ perSecond, p50Ms, p95Ms, p99Ms }: Loaded): readonly string[] => [
  perSecond.toFixed(0),
  ...[p50Ms, p95Ms, p99Ms].map((ms) => ms.toFixed(1)),
];

/** Refused because too much is asked at once. */
const BUSY = '503';

const refusedShare = ({ statuses, requests }: Loaded): string => `${((100 * (statuses[BUSY] ?? 0)) / requests).toFixed(1)} %`;

const folder = await mkdtemp(join(values.folder, 'rushes-bench-'));
try {
  const [imdb, data, before] = [join(folder, 'imdb'), join(folder, 'data'), load()];
  tell(`${values.titles} titles, ${values.events} events on ${values.days} days: publishing a version`);
  await measureInChild('write-sample.ts', [imdb, values.titles]);
  await measureInChild('whole-run.ts', [imdb, data, 'whole']);
  await measureInChild('endpoints/scripts/append-days.ts', [data, values.events, values.days, values.movies]);
  await measureInChild('live/scripts/run-over-log.ts', [imdb, data, 'changes']);
  await withServers(async (started) => {
    const { url, pid } = await started(startUp(data, imdb));
    const paths = Object.entries(pathsOf(await filmsOf(url)));
    const measure = async (what: string): Promise<void> => {
      const rows: (readonly string[])[] = [];
      let plain: Loaded | undefined;
      for (const [endpoint, asked] of paths) {
        tell(`${what}: ${endpoint}`);
        const loaded = await putLoad(folder, {
          url,
          pids: [pid],
          paths: asked,
          connections: Number(values.connections),
          pipelining: 1,
          seconds: Number(values.seconds),
        });
        const [status, fault] = Object.entries(loaded.refusals).find(([code]) => code !== BUSY) ?? [];
        if (status !== undefined) throw new Error(`${endpoint} was answered ${status}: ${fault}`);
        plain ??= loaded;
        rows.push([endpoint, ...figures(loaded), `${(plain.perSecond / loaded.perSecond).toFixed(1)}x`, refusedShare(loaded)]);
      }
      console.log(`\n${what}; at most ${peakMbOf(pid)} of memory until then\n`);
      console.log(markdownTable(['endpoint', 'a second', 'p50, ms', 'p95, ms', 'p99, ms', 'cost beside /movies', 'refused'], rows));
    };
    await measure('no events');
    const telling = spawn(process.execPath, [benchScript('endpoints/scripts/append-steadily.ts'), data, values.rate, values.movies], {
      env: plainEnvironment(),
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const ended = endWithUs(telling);
    const exited = once(telling, 'exit');
    await measure(`${values.rate} events a second`);
    telling.kill('SIGTERM');
    await exited;
    ended();
  });
  console.log(`\nload of the machine (1, 5, 15 minutes) before ${before}, after ${load()}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
