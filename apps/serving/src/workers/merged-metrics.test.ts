import { Counter, Gauge, type MeasuredMetrics, Registry } from '@rushes/runtime';
import { expect, test } from 'vitest';

import { createMergedMetrics } from './merged-metrics.ts';

const worker = () => {
  const registry = new Registry();
  const counter = new Counter({ name: 'requests_total', help: 'Requests.', labelNames: ['route'], registers: [registry] });
  const lag = new Gauge({ name: 'lag_seconds', help: 'Lag.', aggregator: 'max', registers: [registry] });
  return { counter, lag, measured: (): Promise<MeasuredMetrics> => registry.getMetricsAsJSON() };
};

const valueIn = (text: string, name: string): number | undefined => {
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
};

test('counters are summed, gauges as they say', async () => {
  const [one, other] = [worker(), worker()];
  one.counter.inc({ route: 'a' }, 2);
  other.counter.inc({ route: 'a' }, 3);
  one.lag.set(7);
  other.lag.set(5);
  const text = await createMergedMetrics().text(new Map([one, other].map(({ measured }, n) => [n, measured])), []);
  expect([valueIn(text, 'requests_total{route="a"}'), valueIn(text, 'lag_seconds')]).toEqual([5, 7]);
});

test('what a worker had counted stays after its end, its gauges go', async () => {
  const merged = createMergedMetrics();
  const kept = worker();
  kept.counter.inc({ route: 'a' }, 1);
  for (let n = 0; n < 3; n += 1) {
    const ending = worker();
    ending.counter.inc({ route: 'a' }, 10);
    ending.lag.set(9);
    const before = await merged.text(
      new Map([
        [1, kept.measured],
        [2, ending.measured],
      ]),
      [],
    );
    expect([valueIn(before, 'requests_total{route="a"}'), valueIn(before, 'lag_seconds')]).toEqual([10 * n + 11, 9]);
    merged.ended(2);
    const after = await merged.text(new Map([[1, kept.measured]]), []);
    expect([valueIn(after, 'requests_total{route="a"}'), valueIn(after, 'lag_seconds')]).toEqual([10 * n + 11, 0]);
  }
});

test('a worker that does not answer, or fails, has the values that it had last', async () => {
  const merged = createMergedMetrics(20);
  const one = worker();
  one.counter.inc({ route: 'a' }, 4);
  await merged.text(new Map([[1, one.measured]]), []);
  for (const measured of [() => new Promise<never>(() => {}), () => Promise.reject(new Error('closed'))])
    expect(valueIn(await merged.text(new Map([[1, measured]]), []), 'requests_total{route="a"}')).toBe(4);
});
