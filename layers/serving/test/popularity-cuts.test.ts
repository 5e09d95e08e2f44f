/** Popularity by hour and by day, wherever the cut lies and in whatever order observations come: an example worked out by hand, and random ones. */
import type { MovieEvent } from '@rushes/domain';
import { histories } from '@rushes/ports/contracts/depth';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { popularitySeries, popularitySpan } from '../src/answers/popularity-series.ts';
import { followingReplica, observed, openOverlayCase } from './overlay-case.ts';
import { movieId } from './overlay-history.ts';

const AS_OF = Date.parse('2026-01-09T18:30:00Z');

/** What is answered of a movie where `before` lies before the cut, `after` behind it: by a replica that hears of each event by itself, and by one that begins at the end. */
const seriesOf = async (before: readonly MovieEvent[], after: readonly MovieEvent[], bucket: 'hour' | 'day', movie = 1) => {
  const on = await openOverlayCase();
  try {
    on.history.give(...before);
    await on.publish(1, on.history.barrier(1));
    const following = await followingReplica(on);
    for (const event of after) {
      on.history.give(event);
      await on.projectAll(2);
      await following.poll();
    }
    await on.projectAll(2);
    const [followed, found] = await Promise.all(
      [following, await followingReplica(on)].map((replica) => {
        expect(replica.require().completeness).toBe('complete');
        return popularitySeries(replica.require(), movieId(movie), popularitySpan(bucket, '7d', AS_OF));
      }),
    );
    expect(followed).toEqual(found);
    expect(on.troubles).toEqual([]);
    if (found === undefined) throw new Error('no replica answered');
    return found;
  } finally {
    await on.close();
  }
};

/** Each observation, and what the last ones of 8 and 9 January are. */
const popular = (popularity: number | null, at: string): MovieEvent => observed(1, 'tmdb', 7, 1, popularity, at);
const TOLD: readonly MovieEvent[] = [
  popular(40, '2026-01-09T10:59:00.000Z'),
  popular(12.5, '2026-01-08T23:59:59.999Z'),
  // At the same time, and later in the log.
  popular(41.25, '2026-01-09T10:59:00.000Z'),
  // Late: a newer one of its hour and of its day has come before.
  popular(39, '2026-01-09T10:15:00.000Z'),
  popular(38, '2026-01-09T09:00:00.000Z'),
  // The first moment of the ninth, and of the tenth, which the window does not have.
  popular(13, '2026-01-09T00:00:00.000Z'),
  popular(99, '2026-01-10T00:00:00.000Z'),
  // Says nothing of it.
  popular(null, '2026-01-09T17:00:00.000Z'),
  observed(1, 'imdb', 7, 1, 77, '2026-01-09T18:00:00.000Z'),
  observed(2, 'tmdb', 7, 1, 55, '2026-01-09T18:00:00.000Z'),
];

test.each(TOLD.map((_, cut) => cut))('the last observation of each bucket counts, with %i of the events in the version', async (cut) => {
  const days = await seriesOf(TOLD.slice(0, cut), TOLD.slice(cut), 'day');
  const last = { value: 41.25, observed_at: '2026-01-09T10:59:00.000Z' };
  expect(days.latest).toEqual(last);
  expect(days.series).toHaveLength(7);
  expect(days.series.slice(-3)).toEqual([
    { start: '2026-01-07T00:00:00.000Z', value: null, observed_at: null },
    { start: '2026-01-08T00:00:00.000Z', value: 12.5, observed_at: '2026-01-08T23:59:59.999Z' },
    { start: '2026-01-09T00:00:00.000Z', ...last },
  ]);
  const hours = await seriesOf(TOLD.slice(0, cut), TOLD.slice(cut), 'hour');
  expect([hours.latest, hours.series.length]).toEqual([last, 168]);
  expect(hours.series.filter((one) => 'value' in one && one.value !== null)).toEqual([
    { start: '2026-01-08T23:00:00.000Z', value: 12.5, observed_at: '2026-01-08T23:59:59.999Z' },
    { start: '2026-01-09T00:00:00.000Z', value: 13, observed_at: '2026-01-09T00:00:00.000Z' },
    { start: '2026-01-09T09:00:00.000Z', value: 38, observed_at: '2026-01-09T09:00:00.000Z' },
    { start: '2026-01-09T10:00:00.000Z', ...last },
  ]);
});

const HOUR_MS = 3_600_000;

test('random observations, wherever the cut lies, give what the last of each bucket is', async () => {
  const observation = fc.record({
    movie: fc.constantFrom(1, 1, 1, 2),
    halfHours: fc.integer({ min: 0, max: 70 }),
    popularity: fc.option(fc.integer({ min: 0, max: 99_999 }), { freq: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(observation, { maxLength: 25 }), fc.nat(25), fc.constantFrom('hour', 'day'), async (all, cut, bucket) => {
      const beginMs = AS_OF - 35 * HOUR_MS;
      const told = all.map(({ movie, halfHours, popularity }) => ({ movie, atMs: beginMs + (halfHours * HOUR_MS) / 2, popularity }));
      const events = told.map(({ movie, atMs, popularity }) =>
        observed(movie, 'tmdb', 7, 1, popularity === null ? null : popularity / 1000, new Date(atMs).toISOString()),
      );
      const found = await seriesOf(events.slice(0, cut), events.slice(cut), bucket);
      const width = bucket === 'hour' ? HOUR_MS : 24 * HOUR_MS;
      const isLater = (a: (typeof told)[number], b: (typeof told)[number]): number => a.atMs - b.atMs || told.indexOf(a) - told.indexOf(b);
      const expected = found.series.map((one) => {
        const start = 'start' in one ? String(one.start) : '';
        const within = told.filter(
          ({ movie, atMs, popularity }) => movie === 1 && popularity !== null && Math.floor(atMs / width) * width === Date.parse(start),
        );
        const last = within.toSorted(isLater).at(-1);
        return last === undefined
          ? { start, value: null, observed_at: null }
          : { start, value: (last.popularity ?? 0) / 1000, observed_at: new Date(last.atMs).toISOString() };
      });
      expect(found.series).toEqual(expected);
      const shown = expected.filter(({ value }) => value !== null).at(-1);
      expect(found.latest).toEqual(shown === undefined ? null : { value: shown.value, observed_at: shown.observed_at });
    }),
    histories({ quick: 10, deep: 200 }),
  );
});
