/** A whole result: as a file, as tables, and as the blocks in the documentation. */
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { batchReport, batchSummary } from '../batch/batch-report.ts';
import type { BatchResult } from '../batch/measure-batch.ts';
import { formatsReport } from '../formats/formats-report.ts';
import type { FormatsResult } from '../formats/measure-formats.ts';
import { httpReport, httpSummary } from '../http/http-report.ts';
import type { HttpResult } from '../http/measure-http.ts';
import { liveReport, liveSummary } from '../live/live-report.ts';
import type { LiveResult } from '../live/measure-live.ts';
import type { PeersResult } from '../peers/measure-peers.ts';
import { peersDetails, peersSummary } from '../peers/peers-report.ts';
import { whole } from './figure.ts';
import { describeMachine } from './machine-table.ts';
import type { Surroundings } from './machine.ts';

export interface BenchmarkResult extends Surroundings {
  /** ISO 8601. */
  readonly measuredAt: string;
  readonly batch: readonly BatchResult[];
  readonly http?: HttpResult;
  /** Says by itself when and of what it was measured: it may have been added to the others. */
  readonly live?: LiveResult;
  readonly formats?: FormatsResult;
  /** So do these. */
  readonly peers?: PeersResult;
}

/** What the goals are set for; below, fixed costs weigh more. */
const GOALS_FROM_TITLES = 100_000;

const inRepository = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const PAGE = inRepository('docs/benchmarks.md');
/** The figures that the page quotes; other results stay where they were measured. */
const QUOTED = inRepository('docs/benchmarks.json');
const RESULTS = inRepository('bench/results');

/** What is replaced on the page lies between two lines. */
const FIGURES = { begin: '<!-- figures: written by npm run bench -- --write-docs -->', end: '<!-- end of figures -->' };
const PEERS = { begin: '<!-- peers: written by npm run bench -- --peers --write-docs -->', end: '<!-- end of peers -->' };
const PEER_DETAILS = {
  begin: '<!-- details of peers: written by npm run bench -- --peers --write-docs -->',
  end: '<!-- end of details of peers -->',
};

const sizesOf = ({ batch, http }: BenchmarkResult): readonly number[] => [
  ...new Set([...batch.map(({ titles }) => titles), ...(http === undefined ? [] : [http.titles])]),
];

const hasFigures = ({ batch, http, live, formats }: BenchmarkResult): boolean =>
  batch.length > 0 || http !== undefined || live !== undefined || formats !== undefined;

/** @param extent `whole`: all tables. `quoted`: those that the page has. */
const describeFigures = (result: BenchmarkResult, extent: 'whole' | 'quoted'): string => {
  const isWhole = extent === 'whole';
  return [
    `Measured on ${result.measuredAt.slice(0, 10)}, commit \`${result.commit}\`. Median (smallest–largest) of the rounds; a ratio is taken within each round.`,
    ...(sizesOf(result).every((titles) => titles >= GOALS_FROM_TITLES)
      ? []
      : [
          `**With ${sizesOf(result).map(whole).join(', ')} titles, this is a small measurement: the goals are set for ${whole(GOALS_FROM_TITLES)} titles and more.**`,
        ]),
    ...(result.batch.length === 0 ? [] : [(isWhole ? batchReport : batchSummary)(result.batch)]),
    ...(result.http === undefined ? [] : [(isWhole ? httpReport : httpSummary)(result.http)]),
    ...(result.live === undefined ? [] : [(isWhole ? liveReport : liveSummary)(result.live)]),
    ...(result.formats === undefined ? [] : [formatsReport(result.formats)]),
    describeMachine(result),
  ].join('\n\n');
};

/** All tables of a result. */
export const describeResult = (result: BenchmarkResult): string =>
  [
    ...(result.peers === undefined ? [] : [peersSummary(result.peers), peersDetails(result.peers)]),
    ...(hasFigures(result) ? [describeFigures(result, 'whole')] : []),
  ].join('\n\n');

/** What was measured to five digits: more is noise. What was counted stays as it is. */
const rounded = (_name: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;

/** Without the numbers of rows, which served their purpose when they were compared. */
const quoted = (name: string, value: unknown): unknown => (name === 'rows' ? undefined : rounded(name, value));

/** @returns where the result was written. */
export const keepResult = async (result: BenchmarkResult): Promise<string> => {
  await mkdir(RESULTS, { recursive: true });
  const measured = [
    ...(result.batch.length > 0 ? ['batch'] : []),
    ...(['http', 'live', 'formats', 'peers'] as const).filter((part) => result[part] !== undefined),
  ];
  const path = `${RESULTS}/${result.measuredAt.slice(0, 10)}-${result.commit}-${measured.join('-')}.json`;
  await writeFile(path, `${JSON.stringify(result, rounded, 2)}\n`);
  return path;
};

/** @throws if the page has not the lines. */
const replaceBlock = (page: string, { begin, end }: typeof FIGURES, content: string): string => {
  const [before, after] = [page.split(begin)[0], page.split(end)[1]];
  if (before === undefined || after === undefined) throw new Error(`${PAGE} needs the lines ${begin} and ${end}`);
  return `${before}${begin}\n\n${content}\n\n${end}${after}`;
};

/** Replaces what was measured, and leaves the rest of the page and of the figures behind it. */
export const quoteInDocumentation = async (result: BenchmarkResult): Promise<void> => {
  let page = await readFile(PAGE, 'utf8');
  // as: written by this function
  let figures = JSON.parse(await readFile(QUOTED, 'utf8')) as BenchmarkResult;
  if (hasFigures(result)) {
    page = replaceBlock(page, FIGURES, describeFigures(result, 'quoted'));
    figures = { ...(figures.peers && { peers: figures.peers }), ...result };
  }
  if (result.peers) {
    page = replaceBlock(page, PEERS, peersSummary(result.peers));
    page = replaceBlock(page, PEER_DETAILS, peersDetails(result.peers));
    figures = { ...figures, peers: result.peers };
  }
  await writeFile(PAGE, page);
  await writeFile(QUOTED, `${JSON.stringify(figures, quoted, 2)}\n`);
  execFileSync(process.execPath, [inRepository('node_modules/.bin/oxfmt'), PAGE, QUOTED]);
};
