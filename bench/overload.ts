/** What the service does with more requests than it can answer: what it still answers, how soon, and how soon it refuses the rest. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import type { Loaded, LoadOrder } from './http/loaded.ts';
import { filteredLists, listPages } from './http/scenarios.ts';
import type { Flooded, FloodOrder, Latencies } from './overload/flooded.ts';
import { measureInChild } from './process/child.ts';
import { startRushes } from './process/started-server.ts';
import { millis, percent, whole } from './report/figure.ts';
import { surroundings } from './report/machine.ts';
import { markdownTable } from './report/markdown.ts';

const { values } = parseArgs({
  options: {
    /** Size of what is served. */
    titles: { type: 'string', default: '100000' },
    /** Of each measurement. */
    seconds: { type: 'string', default: '10' },
    /** Requests that clients may have under way at a time. */
    connections: { type: 'string', default: '2000' },
    /** So many times of what the service can answer is asked for. */
    factor: { type: 'string', default: '2' },
    folder: { type: 'string', default: tmpdir() },
  },
});

const seconds = Number(values.seconds);
const WARM_UP_S = 3;
/** A closed loop that keeps the server busy and waits for each answer. */
const CAPACITY = { connections: 16, pipelining: 1, warmUpS: WARM_UP_S };
/** Every so many-th request also counts its list. */
const COUNTED_SHARE = 10;

interface Row {
  readonly name: string;
  readonly capacity: number;
  readonly flooded: Flooded;
  readonly probe: Latencies;
}

const folder = await mkdtemp(join(values.folder, 'rushes-overload-'));
const tell = (text: string): void => console.error(text);
try {
  const [imdb, data, order] = [join(folder, 'imdb'), join(folder, 'data'), join(folder, 'order.json')];
  await mkdir(data);
  tell(`${values.titles} titles: writing files, publishing a version`);
  await measureInChild('write-sample.ts', [imdb, values.titles]);
  await measureInChild('whole-run.ts', [imdb, data, 'whole']);
  // Nothing is kept ready: each answer has to be computed.
  const server = await startRushes(data, ['--response-cache-bytes', '0']);
  try {
    const [pages, filtered] = [await listPages(server.url, '/movies'), await filteredLists(server.url)];
    const lists = [...pages.slice(0, 200), ...filtered];
    const counted = lists.map((path, at) => (at % COUNTED_SHARE === 0 ? `${path}${path.includes('?') ? '&' : '?'}count=true` : path));
    const rows: Row[] = [];
    for (const [name, paths] of [
      ['lists', lists],
      ['lists, every tenth with its total', counted],
    ] as const) {
      const wanted: LoadOrder = { url: server.url, pid: server.pid, paths, ...CAPACITY, seconds };
      await writeFile(order, JSON.stringify(wanted));
      const { perSecond: capacity } = await measureInChild<Loaded>('load.ts', [order]);
      const perSecond = capacity * Number(values.factor);
      tell(`${name}: ${whole(capacity)} answers a second; now ${whole(perSecond)} requests a second`);
      const flood: FloodOrder = { url: server.url, paths, perSecond, connections: Number(values.connections), warmUpS: WARM_UP_S, seconds };
      await writeFile(order, JSON.stringify(flood));
      const [flooded, probe] = await Promise.all([
        measureInChild<Flooded>('overload/flood.ts', [order]),
        measureInChild<Latencies>('overload/probe.ts', [server.url, String(WARM_UP_S + seconds)]),
      ]);
      rows.push({ name, capacity, flooded, probe });
    }
    const { machine, versions, commit } = surroundings();
    console.log(
      `Measured on ${new Date().toISOString().slice(0, 10)}, commit \`${commit}\`, ${machine.cpu}, ${machine.cores} cores, Node ${versions['node']}.\n`,
    );
    console.log(
      markdownTable(
        [
          'asked for',
          'capacity',
          'sent a second',
          'answered',
          'of capacity',
          'p50',
          'p99',
          'refused',
          'refusal p99',
          '/health/live p99',
          'longest',
          'broken',
        ],
        rows.map(({ name, capacity, flooded, probe }) => {
          const answered = flooded.admitted.count / flooded.seconds;
          return [
            name,
            `${whole(capacity)}/s`,
            whole((flooded.admitted.count + flooded.refused.count) / flooded.seconds),
            `${whole(answered)}/s`,
            percent(answered / capacity),
            millis(flooded.admitted.p50Ms),
            millis(flooded.admitted.p99Ms),
            `${whole(flooded.refused.count / flooded.seconds)}/s`,
            millis(flooded.refused.p99Ms),
            millis(probe.p99Ms),
            millis(probe.maxMs),
            whole(flooded.failed),
          ];
        }),
      ),
    );
    for (const { name, flooded } of rows)
      console.log(`\n${name}: statuses ${JSON.stringify(flooded.statuses)}, not sent for want of a connection: ${whole(flooded.unsent)}`);
  } finally {
    await server.stop();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
