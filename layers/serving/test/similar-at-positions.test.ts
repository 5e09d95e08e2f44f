/** Similar films of merged rows: the same before a run as after it, and from the moment on at which an event is shown. */
import { afterEach, beforeEach, expect, test } from 'vitest';

import { similarMovies } from '../src/answers/similar-movies.ts';
import type { Snapshot } from '../src/merge/snapshot.ts';
import { added, changed, openOverlayCase, type OverlayCase, rated, reviewed } from './overlay-case.ts';
import { movieId } from './overlay-history.ts';

let on: OverlayCase;
beforeEach(async () => {
  on = await openOverlayCase();
});
afterEach(() => on.close());

const AS_OF_MS = Date.parse('2026-01-03T12:00:00Z');
const asked = (snapshot: Snapshot, n: number): Promise<string> =>
  similarMovies(snapshot, { id: movieId(n), limit: 50, fields: undefined, asOfMs: AS_OF_MS });

interface Similar {
  readonly known: unknown;
  readonly considered: number;
  readonly movies: readonly { readonly id: string; readonly parts: Readonly<Record<string, number>> }[];
}
const read = async (snapshot: Snapshot, n: number): Promise<Similar> => JSON.parse(await asked(snapshot, n)) as Similar; // as: the route's own form

test('films that were posted a moment ago are compared at once, by what events say of them, and a run changes nothing', async () => {
  await on.publish(0, {});
  const replica = on.follow();
  await replica.poll();
  await expect(asked(replica.require(), 21)).rejects.toMatchObject({ status: 404 });

  on.history.give(added(21, 'One', ['Odd', 'Even']), added(22, 'Two', ['Odd']), added(23, 'Three', ['Even']));
  await on.projectAll();
  await replica.poll();
  const before = await read(replica.require(), 21);
  expect(before.known).toEqual({ people: 0, genres: ['Odd', 'Even'], keywords: 0, year: expect.anything() });
  // As many have the one genre as the other: half of what either has is shared.
  expect(before.movies.map(({ id, parts }) => [id, parts['genres'], parts['trend']])).toEqual([
    [movieId(22), 0.5, 1],
    [movieId(23), 0.5, 1],
  ]);

  on.history.give(
    added(24, 'Four', ['Even']),
    added(25, 'Five', ['Even']),
    changed(23, 'Three', ['Odd', 'Even']),
    reviewed(22, 'A film.', '2026-01-03T10:00:00.000Z'),
    rated(22, 9),
  );
  await on.projectAll();
  await replica.poll();
  const merged = await asked(replica.require(), 21);
  const { movies } = JSON.parse(merged) as Similar; // as: the route's own form
  expect(movies[0]).toMatchObject({ id: movieId(23), parts: { genres: 1 } });
  expect(movies.find(({ id }) => id === movieId(22))?.parts['trend']).toBeGreaterThan(1);
  // Fewer have the one genre now than the other.
  const share = (n: number): number => movies.find(({ id }) => id === movieId(n))?.parts['genres'] ?? 0;
  expect(share(22)).toBeGreaterThan(share(24));

  await on.publish(1, on.history.barrier(1));
  await on.projectAll();
  await replica.poll();
  expect(replica.require().publication.version).toBe(1);
  expect(await asked(replica.require(), 21)).toBe(merged);
});
