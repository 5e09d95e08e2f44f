/** The tables about overload. */
import { decimals, type Figure, figure, millis, percent, show, whole } from '../report/figure.ts';
import { markdownTable } from '../report/markdown.ts';
import { answeredPerSecond, complaints, type Round } from './verdict.ts';

export interface Mix {
  /** What is asked for. */
  readonly name: string;
  readonly rounds: readonly Round[];
}

const ADMITTED_WITHIN_MS = 500;
const REFUSED_WITHIN_MS = 50;
const ALIVE_WITHIN_MS = 50;
const KEPT_AT_LEAST = 0.8;

const US_PER_S = 1_000_000;

const over = ({ rounds }: Mix, value: (round: Round) => number): Figure => figure(rounds.map(value));
const kept = ({ capacity, flooded }: Round): number => answeredPerSecond(flooded) / answeredPerSecond(capacity);

/** Processor time of the server for one answer at capacity, in microseconds. */
const answerCost = ({ capacity }: Round): number => ((capacity.serverCores ?? Number.NaN) * US_PER_S) / answeredPerSecond(capacity);

/** The same for one refusal: what the flood took beyond its answers, if an answer costs as much there. */
const refusalCost = (round: Round): number => {
  const { serverCores = Number.NaN, seconds, refused } = round.flooded;
  return (serverCores * US_PER_S - answeredPerSecond(round.flooded) * answerCost(round)) / (refused.count / seconds);
};

const GOALS: readonly {
  readonly name: string;
  readonly wanted: string;
  readonly value: (round: Round) => number;
  readonly write: (value: number) => string;
  readonly isMet: (value: number) => boolean;
}[] = [
  {
    name: 'answers with 200, p99',
    wanted: `≤ ${ADMITTED_WITHIN_MS} ms`,
    value: ({ flooded }) => flooded.admitted.p99Ms,
    write: millis,
    isMet: (ms) => ms <= ADMITTED_WITHIN_MS,
  },
  {
    name: 'refusals, p99',
    wanted: `≤ ${REFUSED_WITHIN_MS} ms`,
    value: ({ flooded }) => flooded.refused.p99Ms,
    write: millis,
    isMet: (ms) => ms <= REFUSED_WITHIN_MS,
  },
  {
    name: '`/health/live`, p99',
    wanted: `≤ ${ALIVE_WITHIN_MS} ms`,
    value: ({ probe }) => probe.p99Ms,
    write: millis,
    isMet: (ms) => ms <= ALIVE_WITHIN_MS,
  },
  {
    name: 'answered, of capacity',
    wanted: `≥ ${percent(KEPT_AT_LEAST)}`,
    value: kept,
    write: percent,
    isMet: (share) => share >= KEPT_AT_LEAST,
  },
];

const goals = (mixes: readonly Mix[]): string =>
  markdownTable(
    ['asked for', 'goal', 'wanted', 'measured', ''],
    mixes.flatMap((mix) =>
      GOALS.map(({ name, wanted, value, write, isMet }) => {
        const found = over(mix, value);
        return [mix.name, name, wanted, show(found, write), isMet(found.median) ? 'met' : 'missed'];
      }),
    ),
  );

const rates = (mixes: readonly Mix[]): string =>
  markdownTable(
    [
      'asked for',
      'capacity',
      'sent a second',
      'answered',
      'refused',
      'broken',
      'p50',
      'longest',
      'refusal p50',
      'longest',
      'probe, longest',
    ],
    mixes.map((mix) => [
      mix.name,
      show(
        over(mix, ({ capacity }) => answeredPerSecond(capacity)),
        whole,
      ),
      ...(
        [
          [({ flooded }) => flooded.sent / flooded.seconds, whole],
          [({ flooded }) => answeredPerSecond(flooded), whole],
          [({ flooded }) => flooded.refused.count / flooded.seconds, whole],
          [({ flooded }) => flooded.failed, whole],
          [({ flooded }) => flooded.admitted.p50Ms, millis],
          [({ flooded }) => flooded.admitted.maxMs, millis],
          [({ flooded }) => flooded.refused.p50Ms, millis],
          [({ flooded }) => flooded.refused.maxMs, millis],
          [({ probe }) => probe.maxMs, millis],
        ] as const satisfies readonly (readonly [(round: Round) => number, (value: number) => string])[]
      ).map(([value, write]) => show(over(mix, value), write)),
    ]),
  );

/** Processor time, and by what a reader can judge whether it was the server that was measured. */
const costs = (mixes: readonly Mix[]): string => {
  const cores = decimals(2);
  const microseconds = (value: number): string => `${whole(value)} µs`;
  return markdownTable(
    [
      'asked for',
      'an answer takes',
      'a refusal',
      'connections at capacity',
      'generator late, p99',
      'longest',
      'no connection free',
      'at capacity, cores busy: server, generator',
      'in the flood',
    ],
    mixes.map((mix) => [
      mix.name,
      show(over(mix, answerCost), microseconds),
      show(over(mix, refusalCost), microseconds),
      show(
        over(mix, ({ capacity }) => capacity.connections),
        whole,
      ),
      show(
        over(mix, ({ flooded }) => flooded.lateness.p99Ms),
        millis,
      ),
      show(
        over(mix, ({ flooded }) => flooded.lateness.maxMs),
        millis,
      ),
      show(
        over(mix, ({ flooded }) => flooded.withoutConnection / Math.max(1, flooded.sent)),
        percent,
      ),
      ...(['capacity', 'flooded'] as const).map((part) =>
        (['serverCores', 'loadCores'] as const)
          .map((side) =>
            show(
              over(mix, (round) => round[part][side] ?? Number.NaN),
              cores,
            ),
          )
          .join(', '),
      ),
    ]),
  );
};

/** What makes rounds invalid, a line each. */
export const invalidities = (mixes: readonly Mix[]): readonly string[] =>
  mixes.flatMap(({ name, rounds }) =>
    rounds.flatMap((round, at) => complaints(round).map((complaint) => `- ${name}, round ${at + 1}: ${complaint}`)),
  );

export const overloadReport = (mixes: readonly Mix[]): string => {
  const invalid = invalidities(mixes);
  return [
    ...(invalid.length === 0 ? [] : [`**These are no figures of the server: not all rounds are valid.**\n\n${invalid.join('\n')}`]),
    goals(mixes),
    rates(mixes),
    costs(mixes),
  ].join('\n\n');
};
