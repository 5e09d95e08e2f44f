/** The tables about the HTTP service. */
import { decimals, type Figure, figure, millis, percent, show, times, whole } from '../report/figure.ts';
import { markdownTable } from '../report/markdown.ts';
import type { Loaded } from './loaded.ts';
import type { HttpResult, HttpRound, HttpScenarioResult } from './measure-http.ts';

const US_PER_S = 1_000_000;

const over = ({ rounds }: HttpScenarioResult, value: (round: HttpRound) => number): Figure => figure(rounds.map(value));

/** Processor time of the server for one request, in microseconds. */
const cost = ({ serverCores, perSecond }: Loaded): number | undefined =>
  serverCores === undefined ? undefined : (serverCores * US_PER_S) / perSecond;

const costOf = (result: HttpScenarioResult, side: 'bare' | 'rushes'): Figure | undefined => {
  const costs = result.rounds.map((round) => cost(round[side]));
  return costs.includes(undefined) ? undefined : figure(costs.filter((value) => value !== undefined));
};

const rateRatio = (result: HttpScenarioResult): Figure => over(result, ({ rushes, bare }) => rushes.perSecond / bare.perSecond);

const costRatio = (result: HttpScenarioResult): Figure | undefined => {
  const ratios = result.rounds.flatMap((round) => {
    const [bare, rushes] = [cost(round.bare), cost(round.rushes)];
    return bare === undefined || rushes === undefined ? [] : [bare / rushes];
  });
  return ratios.length === 0 ? undefined : figure(ratios);
};

/** Answers other than 200 and failed connections, of all rounds. */
const failures = ({ rounds }: HttpScenarioResult): string => {
  const counts = new Map<string, number>();
  for (const { rushes, rushesAlone } of rounds)
    for (const { statuses, errors } of [rushes, rushesAlone]) {
      for (const [status, count] of Object.entries(statuses)) if (status !== '200') counts.set(status, (counts.get(status) ?? 0) + count);
      if (errors > 0) counts.set('failed', (counts.get('failed') ?? 0) + errors);
    }
  return counts.size === 0 ? '0' : [...counts].map(([status, count]) => `${status}: ${whole(count)}`).join(', ');
};

const refusals = (result: HttpResult): readonly string[] =>
  result.scenarios.flatMap(({ name, rounds }) =>
    Object.entries(Object.assign({}, ...rounds.map(({ rushes }) => rushes.refusals)) as Record<string, string>).map(
      ([status, body]) => `- ${name}: ${status}, for example \`${body.trim()}\``,
    ),
  );

const nameOf = ({ name, answers }: HttpScenarioResult): readonly string[] => [name, answers];

const rates = ({ scenarios }: HttpResult): string =>
  markdownTable(
    ['asked for', 'answers', 'requests/s', 'bare', 'ratio', 'wanted', 'ratio of processor time', 'other than 200'],
    scenarios.map((scenario) => {
      const [ratio, costs] = [rateRatio(scenario), costRatio(scenario)];
      return [
        ...nameOf(scenario),
        show(
          over(scenario, ({ rushes }) => rushes.perSecond),
          whole,
        ),
        show(
          over(scenario, ({ bare }) => bare.perSecond),
          whole,
        ),
        show(ratio, percent),
        `≥ ${percent(scenario.wanted)}`,
        costs === undefined ? 'unknown' : show(costs, percent),
        failures(scenario),
      ];
    }),
  );

const latencies = ({ scenarios }: HttpResult): string => {
  const time = (scenario: HttpScenarioResult, side: keyof HttpRound, percentile: 'p50Ms' | 'p99Ms'): string =>
    show(
      over(scenario, (round) => round[side][percentile]),
      millis,
    );
  return markdownTable(
    [
      'asked for',
      'answers',
      'busy p50',
      'busy p99',
      'bare busy p50',
      'bare busy p99',
      'alone p50',
      'alone p99',
      'bare alone p50',
      'bare alone p99',
    ],
    scenarios.map((scenario) => [
      ...nameOf(scenario),
      ...(['rushes', 'bare', 'rushesAlone', 'bareAlone'] as const).flatMap((side) => [
        time(scenario, side, 'p50Ms'),
        time(scenario, side, 'p99Ms'),
      ]),
    ]),
  );
};

const costs = ({ scenarios }: HttpResult): string => {
  const cores = (scenario: HttpScenarioResult, side: 'rushes' | 'bare', who: 'serverCores' | 'loadCores'): string =>
    decimals(2)(over(scenario, (round) => round[side][who] ?? 0).median);
  const microseconds = (found: Figure | undefined): string => (found === undefined ? 'unknown' : `${show(found, decimals(1))} µs`);
  return markdownTable(
    ['asked for', 'answers', 'processor time a request', 'bare', 'cores busy: server, load', 'bare: server, load'],
    scenarios.map((scenario) => [
      ...nameOf(scenario),
      microseconds(costOf(scenario, 'rushes')),
      microseconds(costOf(scenario, 'bare')),
      ...(['rushes', 'bare'] as const).map((side) => `${cores(scenario, side, 'serverCores')}, ${cores(scenario, side, 'loadCores')}`),
    ]),
  );
};

/** Deep pages against the first ones, round by round. */
const depth = ({ scenarios }: HttpResult): string =>
  scenarios
    .flatMap((deep) => {
      const first = scenarios.find(({ name }) => name === deep.deepOf);
      if (!first) return [];
      const against = (value: (round: HttpRound) => number): string =>
        show(figure(deep.rounds.map((round, at) => value(round) / (first.rounds.map(value)[at] ?? Number.NaN))), times);
      const rate = `${against(({ rushes }) => rushes.perSecond)} the requests a second (bare: ${against(({ bare }) => bare.perSecond)})`;
      const time = `${against(({ rushesAlone }) => rushesAlone.p50Ms)} the time of one alone (bare: ${against(({ bareAlone }) => bareAlone.p50Ms)})`;
      return [`- ${deep.name} against ${first.name} (${deep.answers}): ${rate}, ${time}`];
    })
    .join('\n');

/** What the page quotes. */
export const httpSummary = (result: HttpResult): string => {
  const reasons = refusals(result);
  const rounds = result.scenarios[0]?.rounds.length ?? 0;
  return [
    '### HTTP',
    `${result.titles.toLocaleString('en-US')} titles, ${rounds} round${rounds === 1 ? '' : 's'} of ${result.seconds} s each; busy: ${result.load.connections} connections with ${result.load.pipelining} requests under way on each.`,
    rates(result),
    ...(reasons.length === 0 ? [] : [`Why requests were refused:\n\n${reasons.join('\n')}`]),
  ].join('\n\n');
};

export const httpReport = (result: HttpResult): string =>
  [httpSummary(result), depth(result), latencies(result), costs(result)].join('\n\n');
