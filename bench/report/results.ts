/** A whole result: as a file, as tables, and as the block in the documentation. */
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { batchReport } from '../batch/batch-report.ts';
import type { BatchResult } from '../batch/measure-batch.ts';
import { httpReport } from '../http/http-report.ts';
import type { HttpResult } from '../http/measure-http.ts';
import { liveReport } from '../live/live-report.ts';
import type { LiveResult } from '../live/measure-live.ts';
import { whole } from './figure.ts';
import type { Surroundings } from './machine.ts';
import { markdownTable } from './markdown.ts';

export interface BenchmarkResult extends Surroundings {
  /** ISO 8601. */
  readonly measuredAt: string;
  readonly batch: readonly BatchResult[];
  readonly http?: HttpResult;
  /** Says by itself when and of what it was measured: it may have been added to the others. */
  readonly live?: LiveResult;
}

/** What the goals are set for; below, fixed costs weigh more. */
const GOALS_FROM_TITLES = 100_000;

const inRepository = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const PAGE = inRepository('docs/benchmarks.md');
/** The figures that the page quotes; other results stay where they were measured. */
const QUOTED = inRepository('docs/benchmarks.json');
const RESULTS = inRepository('bench/results');

const BEGIN = '<!-- figures: written by npm run bench -- --write-docs -->';
const END = '<!-- end of figures -->';

const sizesOf = ({ batch, http }: BenchmarkResult): readonly number[] => [
  ...new Set([...batch.map(({ titles }) => titles), ...(http === undefined ? [] : [http.titles])]),
];

export const describeResult = (result: BenchmarkResult): string => {
  const { machine, versions } = result;
  return [
    `Measured on ${result.measuredAt.slice(0, 10)}, commit \`${result.commit}\`. Median (smallest–largest) of the rounds; a ratio is taken within each round.`,
    ...(sizesOf(result).every((titles) => titles >= GOALS_FROM_TITLES)
      ? []
      : [
          `**With ${sizesOf(result).map(whole).join(', ')} titles, this is a small measurement: the goals are set for ${whole(GOALS_FROM_TITLES)} titles and more.**`,
        ]),
    markdownTable(
      ['machine', ''],
      [
        ['processor', `${machine.cpu}, ${machine.cores} cores`],
        ['memory', `${machine.memoryGb} GiB`],
        ['kernel', machine.kernel],
        ...Object.entries(versions),
      ],
    ),
    ...(result.batch.length === 0 ? [] : [batchReport(result.batch)]),
    ...(result.http === undefined ? [] : [httpReport(result.http)]),
    ...(result.live === undefined ? [] : [liveReport(result.live)]),
  ].join('\n\n');
};

/** What was measured to five digits: more is noise. What was counted stays as it is. */
const rounded = (_name: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;

/** Without the numbers of rows, which served their purpose when they were compared. */
const quoted = (name: string, value: unknown): unknown => (name === 'rows' ? undefined : rounded(name, value));

/** @returns where the result was written. */
export const keepResult = async (result: BenchmarkResult): Promise<string> => {
  await mkdir(RESULTS, { recursive: true });
  const measured = [...(result.batch.length > 0 ? ['batch'] : []), ...(result.http ? ['http'] : []), ...(result.live ? ['live'] : [])];
  const path = `${RESULTS}/${result.measuredAt.slice(0, 10)}-${result.commit}-${measured.join('-')}.json`;
  await writeFile(path, `${JSON.stringify(result, rounded, 2)}\n`);
  return path;
};

export const quoteInDocumentation = async (result: BenchmarkResult): Promise<void> => {
  const page = await readFile(PAGE, 'utf8');
  const [before, after] = [page.split(BEGIN)[0], page.split(END)[1]];
  if (before === undefined || after === undefined) throw new Error(`${PAGE} needs the lines ${BEGIN} and ${END}`);
  await writeFile(PAGE, `${before}${BEGIN}\n\n${describeResult(result)}\n\n${END}${after}`);
  await writeFile(QUOTED, `${JSON.stringify(result, quoted, 2)}\n`);
  execFileSync(process.execPath, [inRepository('node_modules/.bin/oxfmt'), PAGE, QUOTED]);
};
