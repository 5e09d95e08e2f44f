/** What polling appends, and that it appends nothing twice: over a real log, a real store of objects and a socket. */
import { type Tconst, titleIdOf } from '@rushes/domain';
import { openTmdbState } from '@rushes/speed';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { NotOwnerError } from '../../src/tmdb/poll-batch.ts';
import { counted, openPolling, type Polling, TODAY } from './polling.ts';
import type { StandInFilm } from './stand-in.ts';

const HOUR_MS = 3_600_000;
const FILM: StandInFilm = {
  id: 278,
  title: 'A Made-up Film',
  imdb_id: 'tt9900000278',
  genres: ['Drama', 'Science Fiction', 'TV Movie'],
  release_date: '1994-09-23',
  runtime: 142,
  vote_average: 8.712,
  vote_count: 1000,
  popularity: 50.5,
  budget: 25_000_000,
  keywords: ['prison', 'escape', 'prison', ' '],
  reviews: [{ id: 'r1', author: 'Ann', content: 'I love it!', created_at: '2025-11-01T10:00:00.123Z', rating: 9 }],
};
const MOVIE = titleIdOf('tt9900000278' as Tconst); // as: well-formed

let on: Polling;
beforeEach(async () => {
  on = await openPolling();
});
afterEach(() => on.close());

/** Ends a day on which all films are listed as changed, so that they are asked for again. */
const nextDay = async (): Promise<void> => {
  on.standIn.changes.set(new Date(on.clock.nowMs()).toISOString().slice(0, 10), [...on.standIn.films.keys()]);
  on.clock.advance(24 * HOUR_MS);
  await on.poll();
};

test('a film becomes an addition, a link, an observation and its reviews', async () => {
  on.show(FILM);
  await on.poll();
  const events = await on.events();
  const at = expect.stringMatching(/^2026-01-02T03:04:/) as string; // as: matches a text
  expect(events.map(({ event }) => event)).toEqual(
    expect.arrayContaining([
      {
        type: 'movie_added',
        version: 2,
        payload: {
          movie_id: MOVIE,
          tconst: 'tt9900000278',
          source: 'tmdb',
          at,
          title: 'A Made-up Film',
          genres: ['Drama', 'Sci-Fi'],
          year: 1994,
          runtime_minutes: 142,
          rating: null,
          budget: { cents: 2_500_000_000, currency: 'USD' },
          // 0 is "not known".
          revenue: null,
          keywords: ['prison', 'escape'],
        },
      },
      { type: 'movie_linked', version: 1, payload: { movie_id: MOVIE, source: 'tmdb', at, tmdb_id: 278 } },
      {
        type: 'rating_observed',
        version: 1,
        payload: { movie_id: MOVIE, source: 'tmdb', average: 8.712, votes: 1000, popularity: 50.5, at },
      },
      {
        type: 'review_written',
        version: 1,
        payload: { movie_id: MOVIE, text: 'I love it!', author: 'Ann', score: 9, at: '2025-11-01T10:00:00.123Z' },
      },
    ]),
  );
  expect(events).toHaveLength(4);
});

test('polled again, in the same process, after a restart and days later, it appends nothing', async () => {
  on.show(FILM, { ...FILM, id: 5, imdb_id: 'tt9900000005', reviews: [] });
  on.standIn.lists.set('popular', [278, 5]);
  await on.poll();
  const before = await on.records();
  for (let day = 0; day < 5; day++) {
    await nextDay();
  }
  expect(await on.records()).toEqual(before);
  // The films were asked for, and had not changed.
  expect(on.standIn.seen.filter(({ path, status }) => path.startsWith('movie/278?') && status === 304).length).toBeGreaterThan(3);
});

test('what changed is said, alone; also a value that comes back', async () => {
  on.show(FILM);
  await on.poll();
  for (const title of ['Another', 'A Made-up Film', 'Another']) {
    on.change(FILM, { title });
    await nextDay();
  }
  const changes = (await on.events()).flatMap(({ event }) => (event.type === 'movie_changed' ? [event.payload.changes] : []));
  expect(changes).toEqual([{ title: 'Another' }, { title: 'A Made-up Film' }, { title: 'Another' }]);
});

test('a list tells of votes without asking for the film', async () => {
  on.show(FILM);
  await on.poll();
  on.change(FILM, { vote_count: 1001 });
  on.standIn.lists.set('trending', [278]);
  on.standIn.changes.clear();
  on.standIn.seen.length = 0;
  on.clock.advance(HOUR_MS);
  await on.poll();
  expect(counted(await on.events())).toMatchObject({ rating_observed: 2 });
  expect(on.standIn.seen.filter(({ path }) => /^movie\/\d/.test(path))).toEqual([]);
});

test('popularity alone is worth an event a day', async () => {
  on.show(FILM);
  await on.poll();
  on.change(FILM, { popularity: 60 });
  on.clock.advance(HOUR_MS);
  await on.poll();
  expect(counted(await on.events())).toMatchObject({ rating_observed: 1 });
  await nextDay();
  expect(counted(await on.events())).toMatchObject({ rating_observed: 2 });
});

test('a film waits until it has an id of IMDb; adult films and films that are gone are passed over', async () => {
  const waiting = { ...FILM, id: 7, imdb_id: null };
  on.show(waiting, { ...FILM, id: 8, imdb_id: 'tt9900000008', adult: true });
  on.standIn.changes.set(TODAY, [7, 8, 9]);
  await on.poll();
  expect(await on.records()).toEqual([]);
  expect(await on.letters()).toEqual([]);
  expect(on.standIn.seen.some(({ path }) => path.startsWith('movie/8'))).toBe(false);
  on.change(waiting, { imdb_id: 'tt9900000007' });
  await nextDay();
  expect(counted(await on.events())).toEqual({ movie_added: 1, movie_linked: 1, rating_observed: 1, review_written: 1 });
});

test('two films for one title of IMDb: the second is a dead letter that names both, once', async () => {
  on.show(FILM, { ...FILM, id: 300, title: 'Thief', reviews: [] });
  await on.poll();
  await nextDay();
  await nextDay();
  expect(counted(await on.events())).toMatchObject({ movie_added: 1, movie_linked: 1 });
  const letters = await on.letters();
  expect(letters.map(({ reason }) => reason)).toEqual([
    'film 300 of TMDB ("Thief") names tt9900000278, which is linked to film 278 of TMDB ("A Made-up Film")',
  ]);
  expect(letters[0]?.origin.address).toBe(`${on.standIn.baseUrl}movie/300`);
  // Tried again by hand, it is the link that TMDB wants.
  expect(JSON.parse(letters[0]?.event ?? '')).toMatchObject({ type: 'movie_linked', payload: { movie_id: MOVIE, tmdb_id: 300 } });
});

test('when TMDB deletes the first of two films, the title is the other one’s', async () => {
  on.show(FILM, { ...FILM, id: 300, title: 'The better entry', reviews: [] });
  await on.poll();
  on.standIn.films.delete(278);
  on.standIn.changes.set(TODAY, [278, 300]);
  on.clock.advance(24 * HOUR_MS);
  await on.poll();
  on.standIn.changes.set('2026-01-03', [278, 300]);
  on.clock.advance(24 * HOUR_MS);
  await on.poll();
  const events = (await on.events()).map(({ event }) => event);
  const links = events.flatMap((event) => (event.type === 'movie_linked' ? [event.payload.tmdb_id] : []));
  expect(links).toEqual([278, 300]);
  expect(events.flatMap((event) => (event.type === 'movie_added' ? [event.payload.title] : [])).at(-1)).toBe('The better entry');
});

test('two titles of IMDb for one film: what is linked stays, and nothing else of it is taken', async () => {
  on.show(FILM);
  await on.poll();
  on.change(FILM, { imdb_id: 'tt9900000001', title: 'Other' });
  await nextDay();
  expect(counted(await on.events())).toEqual({ movie_added: 1, movie_linked: 1, rating_observed: 1, review_written: 1 });
  expect((await on.letters()).map(({ reason }) => reason)).toEqual([
    'film 278 of TMDB ("Other") names tt9900000001, but is linked to tt9900000278 ("A Made-up Film")',
  ]);
});

test.each([
  ['no title', { title: undefined }, 'title is no text'],
  ['votes in words', { vote_count: 'many' }, 'vote_count is no number'],
  ['an id of IMDb that is none', { imdb_id: 'nm0000001', external_ids: {} }, `imdb_id is no title of IMDb's: "nm0000001"`],
  ['a day that is none', { release_date: 'soon' }, 'release_date is no day: "soon"'],
  ['another film', { id: 5 }, 'id is 5'],
])('a film with %s is a dead letter with the text that came', async (_name, wrong, reason) => {
  on.show(FILM);
  on.standIn.recorded.set('movie/278', { id: 278, title: 'x', genres: [], vote_average: 1, vote_count: 1, popularity: 1, ...wrong });
  await on.poll();
  expect(await on.records()).toEqual([]);
  const [letter, ...others] = await on.letters();
  expect(letter?.reason).toBe(`the answer about film 278 of TMDB cannot be used: ${reason}`);
  expect(JSON.parse(letter?.event ?? '')).toMatchObject({ genres: [] });
  expect(others).toEqual([]);
});

test('what no event may say is a dead letter, and the rest counts', async () => {
  const review = { id: 'r2', author: 'Bo', content: 'x'.repeat(50_001), created_at: '2025-11-01T10:00:00.000Z', rating: 0.5 };
  const undated = { ...review, id: 'r3', content: 'Fine.', created_at: 'yesterday' };
  on.show({ ...FILM, reviews: [...(FILM.reviews ?? []), review, undated] });
  await on.poll();
  await nextDay();
  expect(counted(await on.events())).toEqual({ movie_added: 1, movie_linked: 1, rating_observed: 1, review_written: 1 });
  expect((await on.letters()).map(({ reason }) => reason.split(' ', 2).join(' '))).toEqual([
    'review_written: /text',
    'review_written: /at',
  ]);
});

test('all pages of reviews are read', async () => {
  const reviews = Array.from({ length: 45 }, (_, n) => ({
    id: `r${n}`,
    author: 'x',
    content: `text ${n}`,
    created_at: '2025-11-01T10:00:00.000Z',
    rating: null,
  }));
  on.show({ ...FILM, reviews });
  await on.poll();
  expect(counted(await on.events())).toMatchObject({ review_written: 45 });
});

test('of a long day each page is done once', async () => {
  const films = Array.from({ length: 65 }, (_, n) => ({ ...FILM, id: 1000 + n, imdb_id: `tt990001${1000 + n}`, reviews: [] }));
  on.show(...films);
  await on.poll();
  expect(counted(await on.events())).toEqual({ movie_added: 65, movie_linked: 65, rating_observed: 65 });
  expect(on.standIn.seen.filter(({ path }) => path.startsWith('movie/changes')).map(({ path }) => path.at(-1))).toEqual(['1', '2', '3']);
});

test('days that nobody polled are caught up', async () => {
  on.show(FILM);
  await on.poll();
  for (const [day, id] of [
    ['2026-01-03', 31],
    ['2026-01-05', 32],
  ] as const) {
    on.standIn.films.set(id, { ...FILM, id, imdb_id: `tt99000000${id}`, reviews: [] });
    on.standIn.changes.set(day, [id]);
  }
  on.clock.advance(4 * 24 * HOUR_MS);
  await on.poll();
  expect(counted(await on.events())).toMatchObject({ movie_added: 3 });
});

test('who does not own the polling any more appends nothing', async () => {
  on.show(FILM);
  const { rounds } = await on.begin({ isOwner: async () => false });
  await expect(
    (async () => {
      while (await rounds.step());
    })(),
  ).rejects.toThrow(NotOwnerError);
  expect(await on.records()).toEqual([]);
});

test('a backfill goes day by day, and goes on where it was', async () => {
  await on.poll();
  for (const [n, day] of ['2025-12-01', '2025-12-02', '2025-12-03'].entries()) {
    on.standIn.films.set(60 + n, { ...FILM, id: 60 + n, imdb_id: `tt990000006${n}`, reviews: [] });
    on.standIn.changes.set(day, [60 + n]);
  }
  const state = openTmdbState(on.objects);
  const requestedAtMs = on.clock.nowMs();
  await state.writeBackfill({
    id: 'a',
    from: '2025-12-01',
    to: '2025-12-03',
    day: '2025-12-01',
    page: 0,
    pages: 0,
    films: 0,
    events: 0,
    requestedAtMs,
    endedAtMs: null,
  });
  const first = await on.begin();
  expect(await first.rounds.step()).toBe(true);
  expect(await state.readBackfill()).toMatchObject({ day: '2025-12-02', page: 0, films: 1, events: 3, endedAtMs: null });
  await on.poll();
  expect(await state.readBackfill()).toMatchObject({ day: '2025-12-03', films: 3, events: 9, endedAtMs: on.clock.nowMs() });
  expect(counted(await on.events())).toEqual({ movie_added: 3, movie_linked: 3, rating_observed: 3 });
});

test('requests of a day are kept over a restart', async () => {
  on.show(FILM);
  await on.poll();
  const used = on.pace.use();
  expect(used.requests).toBe(on.standIn.seen.length);
  await on.begin();
  expect(on.pace.use()).toEqual(used);
});
