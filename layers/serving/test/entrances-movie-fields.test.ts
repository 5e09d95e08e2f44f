/** Posting movies with fields that only version 2 of the event has. */
import { afterEach, beforeEach, expect, test } from 'vitest';

import { type EntranceService, startEntrances } from './entrance-service.ts';

const MOVIE = { title: 'Night Ferry', genres: ['Drama', 'Crime'], year: 2025, rating: 7.3, runtime_minutes: 101 };

let service: EntranceService;
let key = '';
beforeEach(async () => {
  service = await startEntrances();
  key = (await service.makeKey('writer')).text;
});
afterEach(() => service.close());

const post = (payload: object) => service.app.inject({ method: 'POST', url: '/movies', payload, headers: { 'x-api-key': key } });

test('a movie is said by the lowest version that says all of it', async () => {
  await post(MOVIE);
  await post({ ...MOVIE, budget: 25_000_000, keywords: ['ferry', 'fog, "thick"'] });
  const [first, second] = (await service.events()).map(({ event }) => event).toSorted((a, b) => a.version - b.version);
  expect([first?.version, second?.version]).toEqual([1, 2]);
  expect(first?.payload).not.toHaveProperty('budget');
  expect(second?.payload).toMatchObject({
    ...MOVIE,
    budget: { cents: 2_500_000_000, currency: 'USD' },
    revenue: null,
    keywords: ['ferry', 'fog, "thick"'],
  });
});

test('what it costs, earns and is about is shown', async () => {
  const body = { ...MOVIE, budget: 25_000_000, revenue: 1, keywords: ['ferry'] };
  const { movie_id: id } = (await post(body)).json().data;
  await service.project();
  await service.app.snapshots.poll();
  const movie = (await service.app.inject(`/movies/${id}`)).json().data;
  expect(movie).toMatchObject({ budget: 25_000_000, revenue: 1, popularity: null, keywords: ['ferry'] });
});
