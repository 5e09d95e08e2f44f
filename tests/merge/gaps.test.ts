/** What is missing is said, never silently left out; and the next batch run heals it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PARTITIONS, partitionOf, titleIdOf, type Tconst } from '@rushes/domain';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { writeCatalog } from '../batch/made-up-catalog.ts';
import { CATALOG, type LoggedEvent, openWorld, type World } from './world.ts';

const HOUR_MS = 3_600_000;
const MOVIE = titleIdOf('tt0000001' as Tconst); // as: well-formed

let folder: string;
let dump: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-gaps-'));
  dump = await writeCatalog(join(folder, 'imdb'), CATALOG);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let nowMs: number;
let world: World;
beforeEach(async () => {
  nowMs = Date.UTC(2026, 5, 1);
  world = await openWorld({ nowMs: () => nowMs, begin: 'computed' });
  const { outcome, message } = await world.run(dump);
  if (outcome !== 'published') throw new Error(`the first run was ${outcome}: ${message}`);
});
afterEach(() => world.close());

let ids = 0;
const rating = (score: number): LoggedEvent => ({
  id: `rating-${(ids += 1)}`,
  event: { type: 'rating_given', version: 1, payload: { movie_id: MOVIE, score, user: null, at: '2026-05-31T00:00:00Z' } },
});

interface Body {
  readonly data: { readonly ratings: { readonly live: { readonly votes: number } } };
  readonly meta: { readonly completeness: string; readonly missing?: readonly { readonly partition: string; readonly reason: string }[] };
}
const movie = async (): Promise<Body> => {
  await world.settle();
  return JSON.parse((await world.get(`/movies/${MOVIE}`)).body) as Body; // as: the envelope
};

test('an epoch that expired is a gap that says which events, until a batch run covers it', async () => {
  await world.append([rating(5), rating(7)]);
  expect(await movie()).toMatchObject({ data: { ratings: { live: { votes: 2 } } }, meta: { completeness: 'complete' } });

  await world.stopSpeed(); // nobody renews what is about to expire
  nowMs += 48 * HOUR_MS;
  await world.restartServing();
  const late = JSON.parse((await world.get(`/movies/${MOVIE}`)).body) as Body; // as: the envelope
  expect(late.meta.completeness).toBe('gap');
  expect(late.meta.missing).toEqual([
    expect.objectContaining({ partition: expect.stringMatching(/^movie\.ratings\//), reason: 'expired' }),
  ]);

  await world.restartSpeed();
  expect((await world.run(dump)).outcome).toBe('published');
  expect(await movie()).toMatchObject({ data: { ratings: { live: { votes: 2 } } }, meta: { completeness: 'complete' } });
});

test('an epoch is projected anew before it expires, and answers go on', async () => {
  await world.append([rating(5), rating(7)]);
  expect((await movie()).data.ratings.live.votes).toBe(2);
  for (let hours = 0; hours < 100; hours += 10) {
    nowMs += 10 * HOUR_MS;
    await world.restartSpeed(); // looks at once whether something has to be renewed
    await world.append([rating(6)]);
    await movie();
  }
  await expect
    .poll(async () => (await world.stores.speed.progress()).some(({ coverage }) => coverage.some((one) => one.generation > 0)))
    .toBe(true);
  await world.restartServing();
  expect(await movie()).toMatchObject({ data: { ratings: { live: { votes: 12 } } }, meta: { completeness: 'complete' } });
});

test('a speed store that is lost is projected again from the log', async () => {
  await world.append([rating(5), rating(7)]);
  expect((await movie()).data.ratings.live.votes).toBe(2);
  await world.loseSpeedStore();
  expect(await movie()).toMatchObject({ data: { ratings: { live: { votes: 2 } } }, meta: { completeness: 'complete' } });
});

test('a rollback shows the same events, over the dumps of the version that is published again', async () => {
  const more = await writeCatalog(join(folder, 'more'), { titles: 6 });
  await world.append([rating(5), rating(7)]);
  expect((await world.run(more)).outcome).toBe('published');
  await world.append([rating(9)]);
  expect((await movie()).data.ratings.live.votes).toBe(3);
  expect((await world.get('/movies/tt0000006')).status).toBe(200);
  await world.rollback();
  expect(await movie()).toMatchObject({ data: { ratings: { live: { votes: 3 } } }, meta: { completeness: 'complete' } });
  expect((await world.get('/movies/tt0000006')).status).toBe(404);
});

test('a rollback does not take back what answers have shown without saying so', async () => {
  await world.append([rating(5), rating(7)]);
  expect((await world.run(dump)).outcome).toBe('published');
  expect((await movie()).data.ratings.live.votes).toBe(2);
  await world.loseSpeedStore();
  await world.stopSpeed();
  await world.rollback();
  await world.restartServing();
  // What came before the version that was taken back is projected by nobody now.
  const { data, meta } = JSON.parse((await world.get(`/movies/${MOVIE}`)).body) as Body; // as: the envelope
  expect([data.ratings.live.votes, meta.completeness]).toEqual([0, 'gap']);
  const partition = partitionOf('movie.ratings', MOVIE);
  expect(meta.missing).toContainEqual(expect.objectContaining({ partition, reason: 'not projected' }));
  await world.restartSpeed();
  expect(await movie()).toMatchObject({ data: { ratings: { live: { votes: 2 } } }, meta: { completeness: 'complete' } });
});

test('what the log lost before a run had read it is told for good, and the service is well all the same', async () => {
  await world.stopSpeed();
  await world.append([rating(5)]);
  nowMs += 10 * 24 * HOUR_MS;
  await world.append([rating(7)]);
  expect(await world.stores.log.trim(Object.fromEntries(PARTITIONS.map((partition) => [partition, 1000])))).toBeGreaterThan(0);
  expect((await world.run(dump)).outcome).toBe('published');
  await world.restartSpeed();
  const lost = expect.objectContaining({ partition: partitionOf('movie.ratings', MOVIE), reason: 'lost' });
  const told = async (votes: number): Promise<void> => {
    const { data, meta } = await movie();
    expect([data.ratings.live.votes, meta.completeness]).toEqual([votes, 'gap']);
    expect(meta.missing).toContainEqual(lost);
    expect(meta.missing?.every(({ reason }) => reason === 'lost')).toBe(true);
    expect(JSON.parse((await world.get('/health')).body)).toMatchObject({
      status: 'ok',
      components: { speed: { status: 'ok', completeness: 'gap', missing_ranges: 0, lost_ranges: meta.missing?.length } },
    });
    expect((await world.get('/health/ready')).status).toBe(200);
  };
  await told(1);
  await world.append([rating(9)]);
  await told(2);
  // Of what is projected after the version before, nobody knows whether it repeats what was lost.
  await world.rollback();
  await world.restartServing();
  const { meta } = JSON.parse((await world.get(`/movies/${MOVIE}`)).body) as Body; // as: the envelope
  expect(meta.missing).toContainEqual(lost);
  expect((await world.run(dump)).outcome).toBe('published');
  await told(2);
});
