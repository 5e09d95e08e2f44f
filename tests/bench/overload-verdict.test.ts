import { expect, test } from 'vitest';

import type { Answers, Flooded, Latencies, Saturated } from '../../bench/overload/measured.ts';
import { bestOf, complaints, type Round } from '../../bench/overload/verdict.ts';

const times = (count: number): Latencies => ({ count, p50Ms: 1, p99Ms: 2, maxMs: 3 });

const answers = (admitted: number, refused = 0): Answers => ({
  seconds: 10,
  statuses: { 200: admitted, ...(refused > 0 ? { 503: refused } : {}) },
  failed: 0,
  admitted: times(admitted),
  refused: times(refused),
  serverCores: 0.99,
  loadCores: 0.3,
});
const step = (connections: number, admitted: number, refused = 0): Saturated => ({ connections, ...answers(admitted, refused) });
const capacity = step(32, 30_000);
const flooded: Flooded = {
  ...answers(27_000, 33_000),
  wantedPerSecond: 6_000,
  sent: 60_000,
  withoutConnection: 0,
  lateness: { ...times(60_000), p99Ms: 2 },
};
const round = (change: Partial<Flooded> = {}, atCapacity: Partial<Saturated> = {}): Round => ({
  steps: [capacity],
  capacity: { ...capacity, ...atCapacity },
  flooded: { ...flooded, ...change },
  probe: times(400),
});

test('a round in which the server was the limit is valid', () => {
  expect(complaints(round())).toEqual([]);
});

test.each<[what: string, Round, RegExp]>([
  ['the generator was late', round({ lateness: { ...times(60_000), p99Ms: 51 } }), /late by 51 ms/],
  ['the rate was not sent', round({ sent: 58_000 }), /only 97 % were sent/],
  ['the server was idle at capacity', round({}, { serverCores: 0.8 }), /0\.80 of a core while capacity was measured/],
  ['the server did not get its core in the flood', round({ serverCores: 0.6 }), /0\.60 of a core during the flood/],
  ['the generator was at its limit', round({ loadCores: 0.95 }), /generator was busy with 0\.95/],
  ['there were other answers', round({ statuses: { 200: 27_000, 500: 1 } }), /status 500/],
])('a round is not valid if %s', (_what, given, complaint) => {
  expect(complaints(given)).toEqual([expect.stringMatching(complaint)]);
});

test('capacity is the most that was answered without a refusal', () => {
  expect(bestOf([step(4, 10), step(8, 30), step(16, 25), step(32, 90, 1)]).connections).toBe(8);
  expect(() => bestOf([step(4, 10, 1)])).toThrow('4 connections');
});
