/** Processes that end in the middle of polling: what they left is found in the log, and said neither twice nor not at all. */
import { type Tconst, titleIdOf } from '@rushes/domain';
import type { EventLog, ObjectStore } from '@rushes/ports';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { counted, openPolling, type Polling } from './polling.ts';
import type { StandInFilm } from './stand-in.ts';

const HOUR_MS = 3_600_000;
const FILM: StandInFilm = {
  id: 278,
  title: 'A Made-up Film',
  imdb_id: 'tt9900000278',
  vote_average: 8.712,
  vote_count: 1000,
  reviews: [{ id: 'r1', author: 'Ann', content: 'I love it!', created_at: '2025-11-01T10:00:00.123Z', rating: 9 }],
};

let on: Polling;
beforeEach(async () => {
  on = await openPolling();
});
afterEach(() => on.close());

/** Ends, as a process that is killed does, at the n-th call of a method. */
const dying = <Store extends object>(store: Store, method: keyof Store, calls: number): Store => {
  let left = calls;
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => {
        if (name === method && left-- === 0) throw new Error('killed');
        return Reflect.apply(value, target, given);
      };
    },
  });
};

test.each([0, 1, 3, 8])(
  'killed when it keeps its %d. record, it says nothing twice and forgets nothing, however late it goes on',
  async (calls) => {
    const films = Array.from({ length: 30 }, (_, n) => ({
      ...FILM,
      id: 40 + n,
      imdb_id: `tt99000001${10 + n}`,
      reviews: FILM.reviews?.map((one) => ({ ...one, id: `r${n}` })) ?? [],
    }));
    on.show(...films);
    const { rounds } = await on.begin({ objects: dying<ObjectStore>(on.objects, 'put', calls + 1) });
    await expect(
      (async () => {
        while (await rounds.step());
      })(),
    ).rejects.toThrow('killed');
    // Longer than readers take an id for a duplicate.
    on.clock.advance(10 * 24 * HOUR_MS);
    for (const film of films.slice(0, 3)) on.change(film, { title: 'Changed meanwhile' });
    on.standIn.changes.set(
      new Date(on.clock.nowMs()).toISOString().slice(0, 10),
      films.map(({ id }) => id),
    );
    await on.poll();
    await on.poll();
    const events = await on.events();
    // All of them, also those that readers would take for duplicates still.
    const reviews = (await on.records()).filter(({ event }) => event.type === 'review_written');
    expect(new Set(reviews.map(({ id }) => id)).size).toBe(30);
    expect(reviews).toHaveLength(30);
    for (const { imdb_id, id } of films) {
      const movie = titleIdOf(imdb_id as Tconst); // as: well-formed
      const own = events.filter(({ event }) => event.payload.movie_id === movie).map(({ event }) => event);
      expect(own.filter(({ type }) => type === 'movie_added')).toHaveLength(1);
      const titles = own.flatMap((event) =>
        event.type === 'movie_added'
          ? [event.payload.title]
          : event.type === 'movie_changed'
            ? [event.payload.changes.title ?? []].flat()
            : [],
      );
      expect(titles.at(-1)).toBe(id < 43 ? 'Changed meanwhile' : 'A Made-up Film');
    }
  },
);

test('an append that failed is made again', async () => {
  on.show(FILM);
  const { rounds } = await on.begin({ log: dying<EventLog>(on.log, 'append', 0) });
  await expect(
    (async () => {
      while (await rounds.step());
    })(),
  ).rejects.toThrow('killed');
  await rounds.keep();
  expect(counted(await on.events())).toMatchObject({ movie_added: 1, review_written: 1 });
});
