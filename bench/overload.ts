/**
 * `npm run bench:overload`: what the service does with more requests than it can answer: what it still answers, how soon, and how soon it refuses the rest.
 * Capacity and flood come from one generator, which is cheap enough to be measured on the core beside the server's.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { filteredLists, listPages } from './http/scenarios.ts';
import type { CapacityOrder, Flooded, FloodOrder, Latencies, Saturated, Target } from './overload/measured.ts';
import { invalidities, type Mix, overloadReport } from './overload/overload-report.ts';
import { answeredPerSecond, bestOf, type Round } from './overload/verdict.ts';
import { measureInChild } from './process/child.ts';
import { twoCores } from './process/cores.ts';
import { startRushes, type StartedServer } from './process/started-server.ts';
import { decimals, whole } from './report/figure.ts';
import { surroundings } from './report/machine.ts';

const { values } = parseArgs({
  options: {
    /** Size of what is served. */
    titles: { type: 'string', default: '100000' },
    /** Of each. */
    rounds: { type: 'string', default: '3' },
    /** Of each measurement. */
    seconds: { type: 'string', default: '10' },
    /** That the flood comes over. */
    connections: { type: 'string', default: '2000' },
    /** So many times of what the service can answer is asked for. */
    factor: { type: 'string', default: '2' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const numberOf = (name: 'titles' | 'rounds' | 'seconds' | 'connections' | 'factor'): number => {
  const value = Number(values[name]);
  if (!(value > 0)) throw new Error(`--${name} takes a number above 0, not ${values[name]}`);
  return value;
};
const [titles, rounds, seconds, connections, factor] = [
  numberOf('titles'),
  numberOf('rounds'),
  numberOf('seconds'),
  numberOf('connections'),
  numberOf('factor'),
];

const WARM_UP_S = 3;
/** That capacity is looked for with: from too few to keep the server busy to more than it lets wait. */
const CAPACITY_CONNECTIONS = [4, 8, 16, 32, 64, 128, 256];
const CAPACITY = { connections: CAPACITY_CONNECTIONS, warmUpS: 1, seconds: Math.max(1, seconds / 2) };
/** Every so many-th request also counts its list. */
const COUNTED_SHARE = 10;

const tell = (text: string): void => console.error(text);
const cores = twoCores();

const requestMixes = async (url: string): Promise<readonly (readonly [name: string, paths: readonly string[]])[]> => {
  const [pages, filtered] = [await listPages(url, '/movies'), await filteredLists(url)];
  const lists = [...pages.slice(0, 200), ...filtered];
  const counted = lists.map((path, at) => (at % COUNTED_SHARE === 0 ? `${path}${path.includes('?') ? '&' : '?'}count=true` : path));
  return [
    ['lists', lists],
    ['lists, every tenth with its total', counted],
  ];
};

const measureRound = async (server: StartedServer, paths: readonly string[], orderFile: string): Promise<Round> => {
  const target: Target = { url: server.url, pid: server.pid, paths, warmUpS: WARM_UP_S, seconds };
  const wanted: CapacityOrder = { ...target, ...CAPACITY };
  await writeFile(orderFile, JSON.stringify(wanted));
  const steps = await measureInChild<readonly Saturated[]>('overload/capacity.ts', [orderFile], cores?.load);
  const capacity = bestOf(steps);
  const flood: FloodOrder = { ...target, perSecond: answeredPerSecond(capacity) * factor, connections };
  await writeFile(orderFile, JSON.stringify(flood));
  const [flooded, probe] = await Promise.all([
    measureInChild<Flooded>('overload/flood.ts', [orderFile], cores?.load),
    measureInChild<Latencies>('overload/probe.ts', [server.url, String(WARM_UP_S + seconds)], cores?.load),
  ]);
  return { steps, capacity, flooded, probe };
};

// Ended early, it still ends its processes.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const busyBefore = loadavg()[0] ?? Number.NaN;
const folder = await mkdtemp(join(values.folder, 'rushes-overload-'));
try {
  const [imdb, data, orderFile] = [join(folder, 'imdb'), join(folder, 'data'), join(folder, 'order.json')];
  await mkdir(data);
  tell(`${titles} titles: writing files, publishing a version`);
  await measureInChild('write-sample.ts', [imdb, String(titles)]);
  await measureInChild('whole-run.ts', [imdb, data, 'whole']);
  // Nothing is kept ready: each answer has to be computed.
  const server = await startRushes(data, ['--response-cache-bytes', '0'], cores?.server);
  try {
    const measured = new Map<string, Round[]>();
    const mixes = await requestMixes(server.url);
    for (let round = 1; round <= rounds; round++)
      for (const [name, paths] of mixes) {
        const found = await measureRound(server, paths, orderFile);
        measured.set(name, [...(measured.get(name) ?? []), found]);
        tell(`round ${round} of ${rounds}, ${name}:`);
        for (const step of found.steps)
          tell(`  ${step.connections} connections: ${whole(answeredPerSecond(step))} answers/s, ${whole(step.refused.count)} refused`);
        tell(`  ${whole(found.flooded.wantedPerSecond)} requests/s: ${JSON.stringify(found.flooded.statuses)}`);
      }
    const results: readonly Mix[] = [...measured].map(([name, found]) => ({ name, rounds: found }));
    const { machine, versions, commit } = surroundings();
    console.log(
      [
        `Measured on ${new Date().toISOString().slice(0, 10)}, commit \`${commit}\`, ${machine.cpu}, ${machine.cores} cores, ${machine.kernel}, Node ${versions['node']}, SQLite ${versions['sqlite']}, Fastify ${versions['fastify']}.`,
        `${whole(titles)} titles; ${rounds} rounds of ${seconds} s, median (smallest–largest); ${decimals(1)(factor)} times the capacity over ${whole(connections)} connections.`,
        cores === undefined
          ? 'Server and generator were not pinned to cores (that takes Linux, two cores and `taskset`): they shared what there is.'
          : `The server had core ${cores.server} to itself, generator and probe core ${cores.load}; the machine's load before was ${decimals(2)(busyBefore)}.`,
      ].join(' '),
    );
    console.log(`\n${overloadReport(results)}`);
    if (invalidities(results).length > 0) process.exitCode = 1;
  } finally {
    await server.stop();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
