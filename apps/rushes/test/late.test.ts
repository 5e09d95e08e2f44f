/** `rushes late` on a data folder: as much as was asked for, and what it says where there is nothing. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sealJson, unsealJson } from '@rushes/ports';
import type { Manifest } from '@rushes/ports/manifest';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { invoke } from './invoke.ts';

const MOVIE = 'd476accf-a8cf-552a-b872-68ffc71a03f6';
const event = (type: string, payload: object): string => JSON.stringify({ type, version: 1, payload: { movie_id: MOVIE, ...payload } });
const EVENTS = [
  event('rating_given', { score: 10, user: 'ada', at: '2026-01-05T20:00:00Z' }),
  event('rating_given', { score: 3.5, user: 'bo', at: '2026-01-05T20:01:00Z' }),
  event('rating_observed', { source: 'imdb', average: 7.1, votes: 10, popularity: null, at: '2026-01-07T20:00:00Z' }),
  event('rating_observed', { source: 'imdb', average: 7, votes: 9, popularity: null, at: '2026-01-07T19:00:00Z' }),
  event('review_written', { text: 'good', author: null, score: null, at: '2026-01-05T20:00:00Z' }),
];

let folder = '';
const late = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await invoke(['late', '--data', 'data', ...args], folder);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};
const report = async (...args: readonly string[]) =>
  JSON.parse(await late('--json', ...args)) as { version: number; ledger: { newest: Record<string, unknown>[] } | null }; // as: what the command writes

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-late-'));
  writeFileSync(join(folder, 'events.jsonl'), `${EVENTS.join('\n')}\n`);
  await invoke(['sample', '--titles', '50', '--out', 'imdb'], folder);
  await invoke(['replay', 'events.jsonl', '--data', 'data'], folder);
  await invoke(['batch', 'run', '--imdb', 'imdb', '--data', 'data'], folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('for programs it is JSON, as much as was asked for, the last appended first', async () => {
  const { version, ledger } = await report('--limit', '2');
  expect({ version, ledger }).toMatchObject({ version: 1, ledger: { events: 4, views: { length: 7 } } });
  const [first, ...others] = ledger?.newest ?? [];
  expect(others).toHaveLength(1);
  expect(first).toMatchObject({
    topic: 'movie.reviews',
    movie_id: MOVIE,
    at: '2026-01-05T20:00:00.000Z',
    before: { count: 0 },
    after: { count: 1 },
  });
  expect((await report('--since', '2999-01-01')).ledger).toEqual({ events: 0, longest_late_ms: null, views: [], newest: [] });
});

test('of a version that was made before there was a ledger it says so', async () => {
  const path = join(folder, 'data/lake/manifests/manifest-1.json');
  const manifest = unsealJson(readFileSync(path)) as Manifest; // as: what the run put there
  writeFileSync(path, sealJson({ ...manifest, tables: manifest.tables.filter(({ name }) => name !== 'ledger.late_events') }));
  expect(await late()).toContain('Version 1 was made before there was a ledger of late events: it has none.');
});
