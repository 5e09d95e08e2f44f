/** The tables about the live path. */
import { decimals, type Figure, figure, mebibytes, millis, seconds, show, times, whole } from '../report/figure.ts';
import { markdownTable } from '../report/markdown.ts';
import { APPENDS, EPOCHS, type LiveResult, RATES } from './measure-live.ts';
import type { Memory, Throughput, Visible } from './measured.ts';
import { PAGE_PATHS } from './page-paths.ts';

const VISIBLE_WITHIN_MS = 250;
const READ_AT_MOST = 1.2;
/** Above this, a page is not called as fast with many changed titles as with none, nor memory flat. */
const FLAT_AT_MOST = 1.2;
const GOALS_FROM_EVENTS = 50_000;

type Round = LiveResult['rounds'][number];

const over = (result: LiveResult, value: (round: Round) => number): Figure => figure(result.rounds.map(value));
const perSecond = ({ events, ms }: Throughput): number => (events / ms) * 1000;
const perEvent = ({ events, cpuMs }: Throughput): number => (cpuMs / events) * 1000;
/** A value that each round has; rounds are all alike. */
const at = <T>(list: readonly T[], index: number): T => {
  const found = list[index];
  if (found === undefined) throw new Error(`a round has no measurement ${index}`);
  return found;
};

const throughputs = (result: LiveResult): string => {
  const row = (name: string, of: (round: Round) => { readonly bare: Throughput; readonly rushes: Throughput }): readonly string[] => [
    name,
    show(
      over(result, (round) => perSecond(of(round).rushes)),
      whole,
    ),
    show(
      over(result, (round) => perSecond(of(round).bare)),
      whole,
    ),
    show(
      over(result, (round) => of(round).rushes.ms / of(round).bare.ms),
      times,
    ),
    ...(['rushes', 'bare'] as const).map((side) => `${decimals(0)(over(result, (round) => perEvent(of(round)[side])).median)} µs`),
    show(
      over(result, (round) => of(round).rushes.peakMb),
      mebibytes,
    ),
  ];
  return markdownTable(
    ['events', 'a second', 'bare, a second', 'time against bare', 'processor time an event', 'bare', 'peak memory'],
    [
      ...APPENDS.map(({ name }, index) => row(`appended ${name}`, ({ appends }) => at(appends, index))),
      row('projected by the speed layer', ({ speed }) => speed),
    ],
  );
};

const visibleRow = (name: string, rounds: readonly Visible[]): readonly string[] => {
  const of = (value: (one: Visible) => number): Figure => figure(rounds.map(value));
  return [
    name,
    whole(of(({ events }) => events).median),
    show(
      of(({ p50Ms }) => p50Ms),
      millis,
    ),
    show(
      of(({ p99Ms }) => p99Ms),
      millis,
    ),
    show(
      of(({ maxMs }) => maxMs),
      millis,
    ),
    show(
      of(({ fromDueP99Ms }) => fromDueP99Ms),
      millis,
    ),
    show(
      of(({ cores }) => cores),
      decimals(2),
    ),
  ];
};

const visibility = (result: LiveResult): string =>
  markdownTable(
    ['load', 'events a round', 'p50', 'p99', 'longest', 'p99 from due', 'cores busy'],
    RATES.map((rate, index) =>
      visibleRow(
        `${rate} events/s`,
        result.rounds.map(({ visible }) => at(visible, index)),
      ),
    ),
  );

const readRatio = (result: LiveResult, index: number, which: 'meanMs' | 'p50Ms'): Figure =>
  over(result, ({ reads }) => at(reads, index).merged[which] / at(reads, index).batchOnly[which]);

const reads = (result: LiveResult): string =>
  markdownTable(
    ['epochs with events', 'merged, mean', 'batch alone, mean', 'ratio of means', 'merged p50', 'batch alone p50', 'ratio of p50'],
    EPOCHS.map((epochs, index) => {
      const time = (side: 'merged' | 'batchOnly', which: 'meanMs' | 'p50Ms'): string =>
        show(
          over(result, (round) => at(round.reads, index)[side][which]),
          millis,
        );
      return [
        String(epochs),
        time('merged', 'meanMs'),
        time('batchOnly', 'meanMs'),
        show(readRatio(result, index, 'meanMs'), times),
        time('merged', 'p50Ms'),
        time('batchOnly', 'p50Ms'),
        show(readRatio(result, index, 'p50Ms'), times),
      ];
    }),
  );

const changedCounts = (result: LiveResult): readonly number[] => at(result.rounds, 0).pages.map(({ changed }) => changed);

const pageTime = (round: Round, index: number, path: string): number => at(round.pages, index).paths[path]?.p50Ms ?? Number.NaN;

const flatness = (result: LiveResult, path: string): Figure =>
  over(result, (round) => pageTime(round, round.pages.length - 1, path) / pageTime(round, 0, path));

const pages = (result: LiveResult): string =>
  markdownTable(
    ['p50 of', ...changedCounts(result).map((count) => `${whole(count)} changed`), 'most against none'],
    PAGE_PATHS.map((path) => [
      `\`${path}\``,
      ...changedCounts(result).map((_, index) =>
        show(
          over(result, (round) => pageTime(round, index, path)),
          millis,
        ),
      ),
      show(flatness(result, path), times),
    ]),
  );

const opening = (result: LiveResult): string =>
  markdownTable(
    ['changed titles', 'ready after', 'memory for it'],
    changedCounts(result).map((count, index) => [
      whole(count),
      show(
        over(result, (round) => at(round.pages, index).readyMs),
        seconds,
      ),
      show(
        over(result, (round) => at(round.pages, index).readyMb),
        mebibytes,
      ),
    ]),
  );

const memory = ({ soak }: LiveResult): string =>
  markdownTable(
    ['after', 'resident', 'living JavaScript heap'],
    soak.memory.map(({ atS, rssMb, heapMb }: Memory) => [`${whole(atS)} s`, mebibytes(rssMb), mebibytes(heapMb)]),
  );

const runRatio = ({ runs }: LiveResult): Figure => figure(runs.rounds.map(({ changes, full }) => changes.ms / full.ms));

const runs = (result: LiveResult): string => {
  const { first, rounds, events, newEvents } = result.runs;
  const row = (name: string, of: 'changes' | 'full', ratio: string): readonly string[] => [
    name,
    show(figure(rounds.map((round) => round[of].ms)), seconds),
    ratio,
    show(figure(rounds.map((round) => round[of].cpuMs)), seconds),
    show(figure(rounds.map((round) => round[of].peakMb)), mebibytes),
  ];
  return markdownTable(
    ['run', 'time', 'against full', 'processor time', 'peak memory'],
    [
      row('full, over all events', 'full', '1'),
      row(`over ${whole(newEvents)} new events`, 'changes', show(runRatio(result), times)),
      [`the first over all ${whole(events)}, once`, seconds(first.ms), '', seconds(first.cpuMs), mebibytes(first.peakMb)],
    ],
  );
};

const goals = (result: LiveResult): string => {
  const goal = (name: string, wanted: string, found: string, met: boolean): readonly string[] => [
    name,
    wanted,
    found,
    met ? 'met' : 'missed',
  ];
  const most = changedCounts(result).at(-1) ?? 0;
  const growth = (result.soak.memory.at(-1)?.rssMb ?? Number.NaN) / (result.soak.memory[0]?.rssMb ?? Number.NaN);
  return markdownTable(
    ['goal', 'wanted', 'measured', ''],
    [
      ...RATES.map((rate, index) => {
        const p99 = over(result, ({ visible }) => at(visible, index).p99Ms);
        return goal(
          `event to visible, p99 at ${rate} events/s`,
          `< ${VISIBLE_WITHIN_MS} ms`,
          show(p99, millis),
          p99.median < VISIBLE_WITHIN_MS,
        );
      }),
      ...EPOCHS.map((epochs, index) => {
        const ratio = readRatio(result, index, 'p50Ms');
        return goal(
          `one movie, epochs with events: ${epochs}, against batch alone, p50`,
          `≤ ${READ_AT_MOST}×`,
          show(ratio, times),
          ratio.median <= READ_AT_MOST,
        );
      }),
      ...PAGE_PATHS.map((path) => {
        const ratio = flatness(result, path);
        return goal(`\`${path}\`, ${whole(most)} changed titles against none`, 'about 1', show(ratio, times), ratio.median <= FLAT_AT_MOST);
      }),
      goal(
        `resident memory after ${result.soakSeconds} s of ${result.soakRate} events/s against the beginning`,
        'about 1',
        times(growth),
        growth <= FLAT_AT_MOST,
      ),
    ],
  );
};

/** What the page quotes. */
export const liveSummary = (result: LiveResult): string =>
  [
    '### The live path',
    `Measured on ${result.measuredAt.slice(0, 10)}, commit \`${result.commit}\`. ${result.rounds.length} round${result.rounds.length === 1 ? '' : 's'}; ${whole(result.titles)} titles; ${whole(result.events)} events about ${whole(result.movies)} titles; ${result.seconds} s of each load.`,
    ...(result.events >= GOALS_FROM_EVENTS ? [] : ['**This is a small measurement: it shows that everything runs, not how fast.**']),
    goals(result),
    throughputs(result),
    `Batch runs over ${whole(result.runs.titles)} titles and a log of ${whole(result.runs.events)} events, and 1 % more in each round:`,
    runs(result),
  ].join('\n\n');

export const liveReport = (result: LiveResult): string =>
  [
    liveSummary(result),
    'Event to visible:',
    visibility(result),
    '`GET /movies/{id}`, answers not kept:',
    reads(result),
    `Lists while titles have changed, answers not kept, of ${whole(result.titles)} titles of all types:`,
    pages(result),
    'Opening the service:',
    opening(result),
    `${result.soakSeconds} s of ${result.soakRate} events/s, ${whole(result.soak.events)} events; visible after ${millis(result.soak.p50Ms)} (p50), ${millis(result.soak.p99Ms)} (p99):`,
    memory(result),
  ].join('\n\n');
