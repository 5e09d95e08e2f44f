/** Whether a round measured the server, or the generator and the machine. */
import { decimals, millis, percent, whole } from '../report/figure.ts';
import type { Flooded, Latencies, Saturated } from './measured.ts';

export interface Round {
  /** At each number of connections that was tried. */
  readonly steps: readonly Saturated[];
  readonly capacity: Saturated;
  readonly flooded: Flooded;
  readonly probe: Latencies;
}

const LATE_AT_MOST_MS = 50;
const SENT_AT_LEAST = 0.98;
/** With less of its core, the server waited for the generator, or for others on the machine. */
const SERVER_CORES_AT_LEAST = 0.9;
/** With more, it cannot be told whose time an answer's time is. */
const LOAD_CORES_AT_MOST = 0.9;

export const answeredPerSecond = ({ admitted, seconds }: { readonly admitted: Latencies; readonly seconds: number }): number =>
  admitted.count / seconds;

/** The step with the most answers among those in which nothing was refused or broke. @throws if there is none. */
export const bestOf = (steps: readonly Saturated[]): Saturated => {
  const [best] = steps
    .filter(({ refused, failed }) => refused.count === 0 && failed === 0)
    .toSorted((a, b) => answeredPerSecond(b) - answeredPerSecond(a));
  if (best === undefined)
    throw new Error(`something was refused at ${steps[0]?.connections} connections already: there is no capacity to find`);
  return best;
};

/** Why a round is not valid; none if it is. */
export const complaints = ({ capacity, flooded }: Round): readonly string[] => {
  const sent = flooded.sent / flooded.seconds / flooded.wantedPerSecond;
  const others = Object.keys({ ...capacity.statuses, ...flooded.statuses }).filter((status) => status !== '200' && status !== '503');
  const cores = decimals(2);
  return [
    ...(flooded.lateness.p99Ms > LATE_AT_MOST_MS
      ? [`the generator was late by ${millis(flooded.lateness.p99Ms)} (p99), more than ${LATE_AT_MOST_MS} ms`]
      : []),
    ...(sent < SENT_AT_LEAST ? [`of ${whole(flooded.wantedPerSecond)} requests a second only ${percent(sent)} were sent`] : []),
    ...[capacity, flooded].flatMap(({ serverCores, loadCores }, at) => {
      const during = at === 0 ? 'while capacity was measured' : 'during the flood';
      return [
        ...(serverCores !== undefined && serverCores < SERVER_CORES_AT_LEAST
          ? [`the server was busy with ${cores(serverCores)} of a core ${during}: something else was the limit`]
          : []),
        ...(loadCores > LOAD_CORES_AT_MOST ? [`the generator was busy with ${cores(loadCores)} of a core ${during}`] : []),
      ];
    }),
    ...(others.length > 0 ? [`there were answers with status ${others.join(', ')}`] : []),
  ];
};
