/** The tables about batch runs. */
import { type Figure, figure, mebibytes, percent, seconds, show, times } from '../report/figure.ts';
import { markdownTable } from '../report/markdown.ts';
import { type BatchResult, CHANGED_EVERY, type Kind, KINDS } from './measure-batch.ts';
import { type MeasuredRun, PARTS } from './measured-run.ts';

const LONGEST = 10;

const KIND_NAMES: Readonly<Record<Kind, string>> = {
  bare: 'bare DuckDB',
  lake: 'views dropped',
  whole: 'whole run',
  unchanged: 'again, nothing changed',
  changed: `again, ${100 / CHANGED_EVERY} % of the ratings changed`,
};

const over = (result: BatchResult, kind: Kind, value: (run: MeasuredRun) => number): Figure =>
  figure(result.rounds.map((round) => value(round[kind])));

/** Round by round, then the median: both sides of a ratio are neighbors in time. */
const toBare = (result: BatchResult, kind: Kind): Figure => figure(result.rounds.map((round) => round[kind].wallMs / round.bare.wallMs));

const titlesOf = (result: BatchResult): string => result.titles.toLocaleString('en-US');

const runs = (results: readonly BatchResult[]): string =>
  markdownTable(
    ['titles', 'run', 'time', 'against bare', 'processor time', 'peak memory'],
    results.flatMap((result) =>
      KINDS.map((kind) => [
        titlesOf(result),
        KIND_NAMES[kind],
        show(
          over(result, kind, ({ wallMs }) => wallMs),
          seconds,
        ),
        kind === 'bare' ? '1' : show(toBare(result, kind), times),
        show(
          over(result, kind, ({ cpuMs }) => cpuMs),
          seconds,
        ),
        show(
          over(result, kind, ({ peakMb }) => peakMb),
          mebibytes,
        ),
      ]),
    ),
  );

const goal = (name: string, wanted: string, found: string, met: boolean): readonly string[] => [
  name,
  wanted,
  found,
  met ? 'met' : 'missed',
];

const linearity = (results: readonly BatchResult[]): readonly (readonly string[])[] => {
  const [small, large] = [results[0], results.at(-1)];
  if (!small || !large || small === large) return [];
  const perTitle = (result: BatchResult): number => over(result, 'whole', ({ wallMs }) => wallMs).median / result.titles;
  const growth = perTitle(large) / perTitle(small);
  return [goal(`time a title, ${titlesOf(large)} against ${titlesOf(small)} titles`, 'about 1', times(growth), growth < 1.15)];
};

const goals = (results: readonly BatchResult[]): string =>
  markdownTable(
    ['goal', 'wanted', 'measured', ''],
    [
      ...results.flatMap((result) => {
        const [lake, whole, peak] = [toBare(result, 'lake'), toBare(result, 'whole'), over(result, 'whole', ({ peakMb }) => peakMb)];
        return [
          goal(
            `${titlesOf(result)} titles: a run that drops its views against bare DuckDB`,
            '≤ 1.3×',
            show(lake, times),
            lake.median <= 1.3,
          ),
          goal(`${titlesOf(result)} titles: the whole run against bare DuckDB`, '≤ 2×', show(whole, times), whole.median <= 2),
          goal(`${titlesOf(result)} titles: peak memory of the whole run`, '< 1,024 MiB', show(peak, mebibytes), peak.max < 1024),
        ];
      }),
      ...linearity(results),
    ],
  );

const parts = (result: BatchResult): string => {
  const shown = ['bare', 'lake', 'whole', 'unchanged', 'changed'] as const;
  return markdownTable(
    ['part', ...shown.map((kind) => KIND_NAMES[kind])],
    PARTS.map((part) => [
      part,
      ...shown.map((kind) => {
        const { median } = over(result, kind, (run) => run.parts[part]);
        return `${seconds(median)} (${percent(median / over(result, kind, ({ wallMs }) => wallMs).median)})`;
      }),
    ]),
  );
};

const longestSteps = (result: BatchResult): string => {
  const names = new Set(result.rounds.flatMap(({ whole }) => Object.keys(whole.steps)));
  const steps = [...names].map((name) => ({ name, ms: over(result, 'whole', (run) => run.steps[name] ?? 0) }));
  return markdownTable(
    ['step of the whole run', 'time', 'the same by bare DuckDB'],
    steps
      .toSorted((a, b) => b.ms.median - a.ms.median)
      .slice(0, LONGEST)
      .map(({ name, ms }) => {
        const known = result.rounds.flatMap(({ bare }) => bare.steps[name] ?? []);
        return [name, show(ms, seconds), known.length === 0 ? '' : show(figure(known), seconds)];
      }),
  );
};

/** What the page quotes. */
export const batchSummary = (results: readonly BatchResult[]): string => {
  const rounds = results[0]?.rounds.length ?? 0;
  const files = results.map(
    (result) =>
      `${titlesOf(result)} titles: ${result.lines.toLocaleString('en-US')} lines, ${mebibytes(result.bytes / 2 ** 20)} compressed`,
  );
  return ['### Batch runs', `${rounds} round${rounds === 1 ? '' : 's'} a size. ${files.join('; ')}.`, runs(results), goals(results)].join(
    '\n\n',
  );
};

export const batchReport = (results: readonly BatchResult[]): string => {
  const largest = results.at(-1);
  if (!largest) return '';
  return [
    batchSummary(results),
    `Where the time goes with ${titlesOf(largest)} titles. \`loads\` is what the run waits for once the last table is written; before that, views are loaded beside the engine, which slows it.`,
    parts(largest),
    longestSteps(largest),
  ].join('\n\n');
};
