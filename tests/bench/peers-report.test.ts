import { expect, test } from 'vitest';

import type { Loaded } from '../../bench/http/loaded.ts';
import type { PeersResult } from '../../bench/peers/measure-peers.ts';
import { peersDetails, peersSummary } from '../../bench/peers/peers-report.ts';

const MB = 1e6;

const loaded = (perSecond: number): Loaded => ({
  seconds: 8,
  requests: perSecond * 8,
  perSecond,
  p50Ms: 1,
  p95Ms: 2,
  p99Ms: 2,
  statuses: { 200: perSecond * 8 - 3, 503: 3 },
  errors: 0,
  refusals: {},
  serverCores: 0.5,
  loadCores: 0.1,
});
const run = (wallMs: number, diskMb: number) => ({
  wallMs,
  cpuMs: 2 * wallMs,
  peakMb: 500,
  diskBytes: diskMb * MB,
  parts: { bronze: 1000, silver: 1000, gold: 1000 },
  steps: {},
});
const rushes = (wallMs: number) => ({
  ...run(wallMs, 80),
  parts: { bronze: 1000, silver: 1000, gold: 1000, loads: 1000, measure: 0, publish: 0, rest: 0 },
  viewBytes: 200 * MB,
});

const RESULT: PeersResult = {
  measuredAt: '2026-03-01T00:00:00.000Z',
  machine: { cpu: 'a processor', cores: 2, memoryGb: 24, kernel: 'a kernel' },
  versions: { node: '24' },
  commit: 'abc',
  titles: 1000,
  lines: 15_000,
  bytes: 20 * MB,
  seconds: 8,
  // The machine was twice as slow in the second round: the ratios are the same.
  runs: [
    { duckdb: run(10_000, 20), rushes: rushes(30_000) },
    { duckdb: run(20_000, 20), rushes: rushes(60_000) },
  ],
  requests: [
    {
      name: 'a movie',
      example: '/movies/tt0000001',
      paths: 1,
      rounds: [{ flask: loaded(1000), computed: loaded(2500), kept: loaded(12_000), bare: loaded(20_000) }],
    },
  ],
  missing: ['PySpark is left out: Spark needs Java 17 or newer, and java is not installed'],
};

const cells = (table: string, first: string): readonly (readonly string[])[] =>
  table
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, name]) => name === first)
    .map((row) => row.slice(2, -1));

test('the first table has both sides, their ratio within a round, and which is better', () => {
  const summary = peersSummary(RESULT);
  expect(cells(summary, 'a batch run')).toEqual([['45.0 s (30.0–60.0)', '15.0 s (10.0–20.0)', 'a DuckDB script', '3.00×', 'less']]);
  expect(cells(summary, 'its tables on the disk')).toEqual([['80 MB', '20 MB', 'a DuckDB script', '4.00×', 'less']]);
  expect(cells(summary, 'a movie, computed')).toEqual([['2.50 k/s', '1.00 k/s', 'Flask, PostgreSQL', '2.50×', 'more']]);
  expect(cells(summary, 'a movie, kept')).toEqual([['12.0 k/s', '1.00 k/s', 'Flask, PostgreSQL', '12.00×', 'more']]);
});

test('a peer that is missing has no rows, and one line that says why', () => {
  expect(peersSummary(RESULT)).not.toContain('a PySpark job');
  expect(peersSummary(RESULT)).toContain('- PySpark is left out: Spark needs Java 17 or newer');
  const withoutFlask = { ...RESULT, requests: RESULT.requests.map((scenario) => ({ ...scenario, rounds: [{ computed: loaded(2500) }] })) };
  expect(peersSummary(withoutFlask)).not.toContain('Flask');
});

test('details have what a part has on either side, and what was not answered', () => {
  const details = peersDetails(RESULT);
  expect(cells(details, 'gold')).toEqual([['1.0 s', '1.0 s']]);
  expect(cells(details, 'loads')).toEqual([['1.0 s', '']]);
  expect(cells(details, 'served views on the disk')).toEqual([['200 MB, 10.00× the files', '']]);
  expect(cells(details, 'a movie').map(([of, , toFlask, toBare, , , , , refused]) => [of, toFlask, toBare, refused])).toEqual([
    ['Flask, PostgreSQL', '', '5 %', '3'],
    ['Rushes, computed', '2.50×', '13 %', '3'],
    ['Rushes, kept', '12.00×', '60 %', '3'],
    ['bare Fastify route', '20.00×', '', '3'],
  ]);
});
