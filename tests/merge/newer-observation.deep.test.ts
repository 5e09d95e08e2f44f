/** IMDb's rating is what was observed last, by a dump or by an event: before a run as after it, whichever came first. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { titleIdOf, type Tconst } from '@rushes/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { writeCatalog } from '../batch/made-up-catalog.ts';
import { openWorld, type World } from './world.ts';

const DUMPED_MS = Date.UTC(2025, 5, 1, 12);
const HOUR_MS = 3_600_000;
const MOVIE = titleIdOf('tt0000001' as Tconst); // as: well-formed
/** What the made-up catalog says of the title. */
const DUMPED = { rating: 2.1, votes: 37 };

let folder: string;
let world: World;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-newer-'));
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const dump = (name: string, observedMs: number, changedVotes?: number): Promise<string> =>
  writeCatalog(join(folder, name), { titles: 6, observedMs, votesOf: (n) => (n === 2 ? (changedVotes ?? 74) : (n * 37) % 2000) });

let told = 0;
const observe = (average: number, votes: number, atMs: number): Promise<void> =>
  world.append([
    {
      id: `observation ${(told += 1)}`,
      event: {
        type: 'rating_observed',
        version: 1,
        payload: { movie_id: MOVIE, source: 'imdb', average, votes, popularity: null, at: new Date(atMs).toISOString() },
      },
    },
  ]);

const dataOf = async (path: string): Promise<Readonly<Record<string, unknown>>> => {
  await world.settle();
  const { data } = JSON.parse((await world.get(path)).body) as { readonly data: Readonly<Record<string, unknown>> }; // as: the envelope
  return data;
};
const shown = async () => {
  const { rating, votes } = await dataOf(`/movies/${MOVIE}`);
  const explained = (await dataOf(`/explain?movie_id=${MOVIE}`))['shown'] as Readonly<Record<string, unknown>>; // as: the route's form
  expect({ rating: explained['rating'], votes: explained['votes'] }).toEqual({ rating, votes });
  return { rating, votes };
};
/** Now, and after a run. */
const always = async (files: string, expected: { readonly rating: number; readonly votes: number }, full = false): Promise<void> => {
  expect(await shown()).toEqual(expected);
  expect((await world.run(files, { full })).outcome).toBe('published');
  expect(await shown()).toEqual(expected);
};

test('an older observation never replaces the dump, a newer one does, and yields to a newer dump', async () => {
  const first = await dump('a', DUMPED_MS);
  await world.run(first);
  await observe(5, 99, DUMPED_MS - 5 * 365 * 24 * HOUR_MS);
  await always(first, DUMPED);
  await observe(6, 98, DUMPED_MS);
  expect(await shown()).toEqual(DUMPED);
  await observe(7, 97, DUMPED_MS + HOUR_MS);
  await always(first, { rating: 7, votes: 97 });
  // Another title changed; of this one the later dump says again what the one before said.
  const second = await dump('b', DUMPED_MS + 2 * HOUR_MS, 75);
  await world.run(second);
  expect(await shown()).toEqual(DUMPED);
  await observe(8, 96, DUMPED_MS + 3 * HOUR_MS);
  await always(second, { rating: 8, votes: 96 }, true);
});

test('a dump of earlier than the observation does not replace it, however late it is imported', async () => {
  await world.run(await dump('a', DUMPED_MS));
  expect(await shown()).toEqual(DUMPED);
  await observe(7, 97, DUMPED_MS + HOUR_MS);
  const late = await dump('b', DUMPED_MS + HOUR_MS / 2, 75);
  await always(late, { rating: 7, votes: 97 });
});

test('what is shown is explained: the dump, what counts of it, and the arithmetic', async () => {
  await world.run(await dump('a', DUMPED_MS));
  const explained = async () => (await dataOf(`/explain?movie_id=${MOVIE}`))['shown'];
  const inDump = { ...DUMPED, observed_at: '2025-06-01T12:00:00.000Z' };
  const base = { source: 'imdb dump', ...inDump };
  const nothing = { sum: 0, count: 0 };
  expect(await explained()).toEqual({ dump: inDump, base, given: nothing, arithmetic: '2.1 of 37 votes, as the base says', ...DUMPED });
  await world.append([
    {
      id: 'given',
      event: { type: 'rating_given', version: 1, payload: { movie_id: MOVIE, score: 9.5, user: null, at: '2025-06-02T00:00:00Z' } },
    },
  ]);
  // (2100 × 37 + 9500) / 38 = 2294.7…
  const merged = { rating: 2.295, votes: 38 };
  expect(await explained()).toEqual({
    dump: inDump,
    base,
    given: { sum: 9.5, count: 1 },
    arithmetic: '(2.1 × 37 + 9.5) / (37 + 1) = 2.295',
    ...merged,
  });
  expect(await shown()).toEqual(merged);
  await observe(7, 97, DUMPED_MS + HOUR_MS);
  expect(await explained()).toMatchObject({
    dump: inDump,
    base: { source: 'imdb observation', rating: 7, votes: 97, observed_at: '2025-06-01T13:00:00.000Z' },
    arithmetic: '(7.0 × 97 + 9.5) / (97 + 1) = 7.026',
  });
  expect((await dataOf(`/explain?movie_id=${MOVIE}&view=movie_records`))['dump']).toMatchObject({ tconst: 'tt0000001', votes: 37 });
});
