/** The tables about peers: first one of what a user wants to know, then the details. */
import { PARTS } from '../batch/measured-run.ts';
import type { Loaded } from '../http/loaded.ts';
import { decimals, type Figure, figure, millis, percent, seconds, show, times, whole } from '../report/figure.ts';
import { describeMachine } from '../report/machine-table.ts';
import { markdownTable } from '../report/markdown.ts';
import type { PeersResult } from './measure-peers.ts';
import type { RequestScenario, Server } from './requests/measure-requests.ts';
import type { RunRound } from './runs/measure-runs.ts';

const US_PER_S = 1_000_000;
const MEGABYTE = 1e6;

const DUCKDB = 'a DuckDB script';
const SPARK = 'a PySpark job';
const FLASK = 'Flask, PostgreSQL';

const megabytes = (value: number): string => `${whole(value / MEGABYTE)} MB`;
const mebibytes = (value: number): string => `${whole(value)} MiB`;
const thousands = (value: number): string => `${decimals(value < 10_000 ? 2 : 1)(value / 1000)} k/s`;

type Run = RunRound['duckdb' | 'rushes'];

/** Figures of one thing on both sides, and how many times the peer's is Rushes', round by round. */
interface Compared {
  readonly ours: Figure;
  readonly theirs: Figure;
  readonly ratio: Figure;
}

const compared = (pairs: readonly (readonly [number, number])[]): Compared | undefined =>
  pairs.length === 0
    ? undefined
    : {
        ours: figure(pairs.map(([ours]) => ours)),
        theirs: figure(pairs.map(([, theirs]) => theirs)),
        ratio: figure(pairs.map(([ours, theirs]) => ours / theirs)),
      };

const row = (
  name: string,
  write: (value: number) => string,
  peer: string,
  found: Compared | undefined,
  better: 'less' | 'more',
): readonly (readonly string[])[] =>
  found === undefined ? [] : [[name, show(found.ours, write), show(found.theirs, write), peer, show(found.ratio, times), better]];

const runsOf = (result: PeersResult, peer: 'duckdb' | 'spark', value: (run: Run) => number): Compared | undefined =>
  compared(
    result.runs.flatMap((round) => {
      const theirs = round[peer];
      return theirs === undefined ? [] : [[value(round.rushes), value(theirs)] as const];
    }),
  );

const loadsOf = ({ rounds }: RequestScenario, server: Server, peer: Server, value: (loaded: Loaded) => number): Compared | undefined =>
  compared(
    rounds.flatMap((round) => {
      const [ours, theirs] = [round[server], round[peer]];
      return ours === undefined || theirs === undefined ? [] : [[value(ours), value(theirs)] as const];
    }),
  );

const perSecond = (loaded: Loaded): number => loaded.perSecond;

/** Rushes as it was asked, in the order of the first table. */
const RUSHES = ['computed', 'computed by 2 workers', 'kept', 'kept by 2 workers'] as const;

/** What a user wants to know. */
const summary = (result: PeersResult): string =>
  markdownTable(
    ['', 'Rushes', 'the peer', 'which is', 'Rushes ÷ peer', 'better is'],
    [
      ...row(
        'a batch run',
        seconds,
        DUCKDB,
        runsOf(result, 'duckdb', ({ wallMs }) => wallMs),
        'less',
      ),
      ...row(
        'a batch run',
        seconds,
        SPARK,
        runsOf(result, 'spark', ({ wallMs }) => wallMs),
        'less',
      ),
      ...row(
        'its peak memory',
        mebibytes,
        DUCKDB,
        runsOf(result, 'duckdb', ({ peakMb }) => peakMb),
        'less',
      ),
      ...row(
        'its peak memory',
        mebibytes,
        SPARK,
        runsOf(result, 'spark', ({ peakMb }) => peakMb),
        'less',
      ),
      ...row(
        'its tables on the disk',
        megabytes,
        DUCKDB,
        runsOf(result, 'duckdb', ({ diskBytes }) => diskBytes),
        'less',
      ),
      ...result.requests.flatMap((scenario) =>
        RUSHES.flatMap((server) =>
          row(`${scenario.name}, ${server}`, thousands, FLASK, loadsOf(scenario, server, 'flask', perSecond), 'more'),
        ),
      ),
    ],
  );

const input = ({ titles, lines, bytes }: PeersResult): string =>
  `${whole(titles)} made-up titles, ${whole(lines)} lines, ${megabytes(bytes)} compressed`;

const runDetails = (result: PeersResult): string => {
  const kinds = [
    { name: 'Rushes', runs: result.runs.map(({ rushes }) => rushes) },
    { name: DUCKDB, runs: result.runs.map(({ duckdb }) => duckdb) },
    { name: SPARK, runs: result.runs.flatMap(({ spark }) => spark ?? []) },
  ].filter(({ runs }) => runs.length > 0);
  const line = (name: string, write: (value: number) => string, value: (run: Run) => number | undefined): readonly string[] => [
    name,
    ...kinds.map(({ runs }) => {
      const values = runs.flatMap((run) => value(run) ?? []);
      return values.length === 0 ? '' : show(figure(values), write);
    }),
  ];
  const perSource = (bytes: number): string => `${megabytes(bytes)}, ${times(bytes / result.bytes)} the files`;
  return markdownTable(
    ['', ...kinds.map(({ name }) => name)],
    [
      line('time', seconds, ({ wallMs }) => wallMs),
      ...PARTS.map((part) => line(part, seconds, ({ parts }: { readonly parts: Partial<Record<string, number>> }) => parts[part])),
      line('processor time', seconds, ({ cpuMs }) => cpuMs),
      line('peak memory', mebibytes, ({ peakMb }) => peakMb),
      line('tables on the disk', perSource, ({ diskBytes }) => diskBytes),
      line('served views on the disk', perSource, (run) => ('viewBytes' in run ? run.viewBytes : undefined)),
    ],
  );
};

const SERVERS: Readonly<Record<Server, string>> = {
  flask: FLASK,
  computed: 'Rushes, computed',
  kept: 'Rushes, kept',
  'computed by 2 workers': 'Rushes, computed by 2 workers',
  'kept by 2 workers': 'Rushes, kept by 2 workers',
  bare: 'bare Fastify route',
};

const notAnswered = ({ statuses, errors }: Loaded): number =>
  errors + Object.entries(statuses).reduce((sum, [status, count]) => (status === '200' ? sum : sum + count), 0);

const requestDetails = ({ requests }: PeersResult): string => {
  // as: the keys of SERVERS are the servers
  const rows = requests.flatMap((scenario) =>
    (Object.keys(SERVERS) as Server[]).flatMap((server) => {
      const loads = scenario.rounds.flatMap((round) => round[server] ?? []);
      if (loads.length === 0) return [];
      const over = (value: (loaded: Loaded) => number, write: (value: number) => string): string => show(figure(loads.map(value)), write);
      const toPeer = loadsOf(scenario, server, 'flask', perSecond);
      const toBare = loadsOf(scenario, server, 'bare', perSecond);
      const isKnown = loads.every(({ serverCores }) => serverCores !== undefined);
      const cores = ({ serverCores = Number.NaN }: Loaded): number => serverCores;
      return [
        [
          scenario.name,
          SERVERS[server],
          over(perSecond, whole),
          toPeer && server !== 'flask' ? show(toPeer.ratio, times) : '',
          toBare && server !== 'bare' ? show(toBare.ratio, percent) : '',
          isKnown
            ? over(
                (loaded) => (cores(loaded) * US_PER_S) / loaded.perSecond,
                (value) => `${whole(value)} µs`,
              )
            : 'unknown',
          isKnown ? over(cores, decimals(2)) : 'unknown',
          over(({ p50Ms }) => p50Ms, millis),
          over(({ p99Ms }) => p99Ms, millis),
          whole(loads.reduce((sum, loaded) => sum + notAnswered(loaded), 0)),
        ],
      ];
    }),
  );
  return markdownTable(
    [
      'asked for',
      'of',
      'requests/s',
      'against Flask',
      'against bare',
      'processor time a request',
      'cores busy',
      'p50',
      'p99',
      'other than 200',
    ],
    rows,
  );
};

const left = ({ missing }: PeersResult): readonly string[] => (missing.length === 0 ? [] : [missing.map((line) => `- ${line}`).join('\n')]);

const measuredOn = ({ measuredAt, commit, runs }: PeersResult): string =>
  `Measured on ${measuredAt.slice(0, 10)}, commit \`${commit}\`${runs.length === 1 ? '' : `; median (smallest–largest) of ${runs.length} rounds, a ratio is taken within each round`}`;

/** The table that the page begins with. */
export const peersSummary = (result: PeersResult): string =>
  [
    summary(result),
    `${measuredOn(result)}, with ${input(result)}, on ${result.machine.cpu}, ${result.machine.cores} cores.`,
    ...left(result),
  ].join('\n\n');

export const peersDetails = (result: PeersResult): string =>
  [
    '### Peers',
    `${measuredOn(result)}. ${input(result)}; requests: 16 connections, ${result.seconds} s each.`,
    runDetails(result),
    requestDetails(result),
    describeMachine(result),
  ].join('\n\n');
