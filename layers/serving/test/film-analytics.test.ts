/** `GET /analytics/genre/{genre}`, `/analytics/yearly` and `/explain/films` over a version: what is in them, and what they say where nothing is known. */
import { afterEach, beforeEach, expect, test } from 'vitest';

import { publish } from './catalog.ts';
import { CATALOG } from './films.ts';
import { type Service, startService } from './service.ts';

let service: Service;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service.app.close());

const asked = async (path: string) => {
  const response = await service.app.inject(path);
  return { status: response.statusCode, body: response.json(), headers: response.headers };
};
const data = async (path: string) => (await asked(path)).body.data;

test('a genre, whatever the case, counts the films that `/movies` lists', async () => {
  const list = (await asked('/movies?genre=drama&count=true&page_size=1000')).body;
  const drama = await data('/analytics/genre/DRAMA');
  const votes = list.data.map((movie: { readonly votes: number | null }) => movie.votes ?? 0);
  expect(drama).toMatchObject({
    genre: 'Drama',
    year: null,
    films: list.total,
    votes: votes.reduce((sum: number, one: number) => sum + one, 0),
    change: null,
  });
  expect(drama.top_films[0].title).toBe('The Iron Tide');
});

test('a year, and the change against the year before; nothing known is null', async () => {
  // Action of 2004: 90,000 votes of 8.8, 121 minutes; 12,000 of 8.5, 95 minutes.
  expect(
    await data('/analytics/genre/action?year=2004&limit=1&fields=films,votes,average_rating,runtime,sentiment,change,top_films'),
  ).toEqual({
    films: 2,
    votes: 102_000,
    average_rating: 8.765,
    sentiment: { reviews: 0, average: null, positive: null, neutral: null, negative: null },
    runtime: { known_films: 2, total: 216, average: 108 },
    change: {
      films: 2,
      votes: 102_000,
      average_rating: null,
      average_sentiment: null,
      average_runtime: null,
      budget_cents: null,
      revenue_cents: null,
    },
    top_films: [expect.objectContaining({ title: 'The Iron Tide' })],
  });
  expect(await data('/analytics/genre/western?year=1850')).toEqual({
    genre: 'Western',
    year: 1850,
    films: 0,
    rated_films: 0,
    votes: 0,
    average_rating: null,
    sentiment: { reviews: 0, average: null, positive: null, neutral: null, negative: null },
    runtime: { known_films: 0, total: null, average: null },
    budget: { known_films: 0, total_cents: null, average_cents: null, currency: 'USD' },
    revenue: { known_films: 0, total_cents: null, average_cents: null, currency: 'USD' },
    popularity: { known_films: 0, high: 0, medium: 0, low: 0 },
    change: {
      films: 0,
      votes: 0,
      average_rating: null,
      average_sentiment: null,
      average_runtime: null,
      budget_cents: null,
      revenue_cents: null,
    },
    activity: {
      from: '1850-01-01T00:00:00.000Z',
      to: '1851-01-01T00:00:00.000Z',
      ratings: 0,
      average_rating: null,
      reviews: 0,
      average_sentiment: null,
      change: { ratings: 0, average_rating: null, reviews: 0, average_sentiment: null },
    },
    top_films: [],
  });
});

test('a month is one of what was given to films of the genre, whenever these came out', async () => {
  const films = (await asked('/movies?genre=action&count=true')).body.total;
  // Each was rated once on 28 February 2026, with a seven.
  const activityOf = async (query: string) => (await data(`/analytics/genre/action?fields=activity&${query}`)).activity;
  expect(await activityOf('year=2026&month=2')).toEqual({
    from: '2026-02-01T00:00:00.000Z',
    to: '2026-03-01T00:00:00.000Z',
    ratings: films,
    average_rating: 7,
    reviews: 0,
    average_sentiment: null,
    change: { ratings: films, average_rating: null, reviews: 0, average_sentiment: null },
  });
  expect(await activityOf('year=2026')).toMatchObject({ from: '2026-01-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z', ratings: films });
  expect(await activityOf('year=2027&month=2')).toMatchObject({ ratings: 0, change: { ratings: -films, average_rating: null } });
  expect(await activityOf('year=2026&month=12')).toMatchObject({
    from: '2026-12-01T00:00:00.000Z',
    to: '2027-01-01T00:00:00.000Z',
    ratings: 0,
  });
  const { months } = await data('/analytics/yearly?genre=action');
  expect(months.map(({ month, ratings }: { readonly month: number; readonly ratings: number }) => [month, ratings])).toEqual(
    Array.from({ length: 12 }, (_, at) => [at + 1, at === 1 ? films : at === 10 ? 12 * films : 0]),
  );
});

test('a genre that nothing has is not there, with the one that may be meant', async () => {
  const { status, body } = await asked('/analytics/genre/Dramma');
  expect([status, body.detail]).toEqual([404, 'No title has the genre Dramma: did you mean Drama?']);
  const yearly = await asked('/analytics/yearly?genre=Dramma');
  expect([yearly.status, yearly.body.errors[0].name]).toEqual([400, 'genre']);
});

interface Year {
  readonly year: number | null;
  readonly releases: number;
  readonly votes: number;
}

test('years are those of the films, over all and of a genre, and add up to all of them', async () => {
  const { years }: { readonly years: readonly Year[] } = await data('/analytics/yearly');
  const movies: readonly { readonly year: number | null; readonly votes: number | null }[] = await data('/movies?page_size=1000');
  expect(years.reduce((sum, { releases }) => sum + releases, 0)).toBe(movies.length);
  for (const { year, releases, votes } of years) {
    const of = movies.filter((movie) => movie.year === year);
    expect([year, releases, votes]).toEqual([year, of.length, of.reduce((sum, movie) => sum + (movie.votes ?? 0), 0)]);
  }
  expect((await data('/analytics/yearly?genre=action&fields=year,releases,change_votes')).years[0]).toEqual({
    year: 2004,
    releases: 2,
    change_votes: 102_000,
  });
  const csv = (await service.app.inject('/analytics/yearly?genre=action&format=csv&fields=year,releases,average_rating')).body;
  expect(csv.split('\r\n').slice(0, 2)).toEqual(['year,releases,average_rating', '2004,2,8.765']);
});

test('says from what a figure is made', async () => {
  const explained = await data('/explain/films?genre=action&year=2004');
  expect(explained).toMatchObject({
    genre: 'action',
    year: 2004,
    batch: { version: 1, sums: { films: 2, votes: 102_000, points_e3: 894_000_000 } },
    events: { sums: { films: 0, votes: 0 } },
    merged: { films: 2, votes: 102_000, points_e3: 894_000_000 },
  });
});

test('a version of before there was the view answers everything else, and says why not these', async () => {
  const { views, ...publication } = await publish(service.views, 2, 2, CATALOG);
  const { film_sums: _filmSums, ...before } = views;
  await service.views.insertPublication({ ...publication, number: 3, version: 3, views: before });
  expect((await asked('/movies?batch_version=3')).status).toBe(200);
  for (const path of ['/analytics/yearly', '/analytics/genre/drama?year=2004', '/explain/films']) {
    const { status, body, headers } = await asked(`${path}${path.includes('?') ? '&' : '?'}batch_version=3`);
    expect([status, body.detail]).toEqual([503, expect.stringContaining('the view film_sums, which version 3')]);
    expect(headers['retry-after']).toBeDefined();
  }
});
