/** Trends and anomalies of random events, wherever the cut lies among them and whenever genres change, against what is told event by event. */
import { type MovieEvent, scoreSentiment } from '@rushes/domain';
import { histories } from '@rushes/ports/contracts/depth';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { anomalousFilms, anomalySpan } from '../src/answers/anomalous-films.ts';
import { POPULARITY_METRIC, TREND_METRICS } from '../src/answers/trend-metrics.ts';
import { trendDays, trendSeries } from '../src/answers/trend-series.ts';
import { trendActivity, trendPopularity, type TrendSubject } from '../src/answers/trend-sums.ts';
import { changed, followingReplica, openOverlayCase } from './overlay-case.ts';
import { movieId } from './overlay-history.ts';
import { PLAIN_METRICS, PLAIN_WINDOWS, type PlainEvent, plainAnomalies, plainTrend } from './plain-analytics.ts';

const DAY_MS = 86_400_000;
const TODAY_MS = Date.parse('2026-01-09');
const AS_OF = TODAY_MS + 40_000_000;

/** Movie 1 is a film, 2 one for adults only, 3 a series; nobody knows 4. */
const MOVIES = [1, 2, 3, 4];

interface Crowd {
  readonly movie: number;
  readonly daysAgo: number;
  readonly ratings: number;
  readonly score: number;
  readonly reviews: number;
  /** Popularities that were observed, one after the other through the day. */
  readonly popular: readonly (number | null)[];
}

/** Each film's usual days, and two days that may be otherwise. */
const crowds: fc.Arbitrary<readonly Crowd[]> = fc
  .tuple(
    ...MOVIES.map((movie) => {
      const day = (ratings: readonly number[]) =>
        fc.record({
          ratings: fc.constantFrom(...ratings),
          score: fc.constantFrom(1, 6.5, 7, 10),
          reviews: fc.constantFrom(0, 0, 0, 1),
          popular: fc.array(fc.constantFrom(null, 0.001, 7.25, 1e9), { maxLength: 3 }),
        });
      return fc
        .tuple(fc.constantFrom([0, 1], [0, 0, 1], [15, 16]), fc.constantFrom([0, 1, 2], [5, 15]))
        .chain(([usual, otherwise]) =>
          fc.tuple(fc.array(day(usual), { minLength: 7, maxLength: 9 }), fc.array(day(otherwise), { minLength: 2, maxLength: 2 })),
        )
        .map(([before, examined]) => [...before, ...examined].toReversed().map((one, daysAgo): Crowd => ({ movie, daysAgo, ...one })));
    }),
  )
  .map((all) => all.flat());

/** The film is rated twice and reviewed once a day, and twelve times today: with the cut in the middle, each day lies on both sides. */
const DAILY: readonly Crowd[] = Array.from({ length: 10 }, (_, daysAgo) => ({
  movie: 1,
  daysAgo,
  ratings: daysAgo === 0 ? 12 : 2,
  score: 7,
  reviews: 1,
  popular: [daysAgo, daysAgo + 0.5],
}));

const TEXTS = ['I love it!', 'Awful.', 'A film.'];

/** Each of them, with what it comes to; hours are spread over the day. */
const eventsOf = (all: readonly Crowd[]): readonly { readonly event: MovieEvent; readonly plain: PlainEvent }[] =>
  all.flatMap(({ movie, daysAgo, ratings, score, reviews, popular }) => {
    const id = movieId(movie);
    const at = (n: number): number => TODAY_MS - daysAgo * DAY_MS + ((n * 5_000_000) % DAY_MS);
    return [
      ...Array.from({ length: ratings }, (_, n) => {
        const payload = { movie_id: id, score, user: null, at: new Date(at(n)).toISOString() };
        return {
          event: { type: 'rating_given' as const, version: 1 as const, payload },
          plain: { movie: id, at: at(n), tenths: 10 * score },
        };
      }),
      ...popular.map((popularity, n) => {
        const payload = { movie_id: id, source: 'tmdb' as const, average: 7, votes: 1, popularity, at: new Date(at(n)).toISOString() };
        const plain = popularity === null ? { movie: id, at: at(n) } : { movie: id, at: at(n), popularity: Math.round(1000 * popularity) };
        return { event: { type: 'rating_observed' as const, version: 1 as const, payload }, plain };
      }),
      ...Array.from({ length: reviews }, (_, n) => {
        const text = TEXTS[(movie + daysAgo) % TEXTS.length] ?? '';
        const payload = { movie_id: id, text, author: null, score: null, at: new Date(at(n)).toISOString() };
        const plain = { movie: id, at: at(n), compound: scoreSentiment(text).compoundE4 };
        return { event: { type: 'review_written' as const, version: 1 as const, payload }, plain };
      }),
    ];
  });

const withoutReasons = (films: Awaited<ReturnType<typeof anomalousFilms>>) =>
  films.map(({ id, anomalies }) => ({ id, anomalies: anomalies.map(({ reason: _reason, ...figures }) => figures) }));

test('are those of all events, wherever the cut lies', async () => {
  await fc.assert(
    fc.asyncProperty(
      crowds,
      // In the middle, all days lie on both sides.
      fc.constantFrom(0, 0.3, 0.5, 0.5, 0.5, 0.8, 1),
      fc.constantFrom<readonly string[]>(['Drama'], ['War'], ['Drama', 'War'], []),
      fc.boolean(),
      async (all, part, genres, isChangedBefore) => {
        const events = eventsOf(all);
        const on = await openOverlayCase();
        try {
          // Those of all days lie on both sides: each second one before those between.
          const order = [...events.filter((_, n) => n % 2 === 0), ...events.filter((_, n) => n % 2 === 1)].map(({ event }) => event);
          const change = changed(1, 'Title 1', genres);
          const at = Math.floor(part * order.length);
          on.history.give(...order.slice(0, at), ...(isChangedBefore ? [change] : []));
          await on.publish(1, on.history.barrier(1));
          on.history.give(...(isChangedBefore ? [] : [change]), ...order.slice(at));
          await on.projectAll(100);
          const replica = await followingReplica(on);
          const snapshot = replica.require();
          expect(snapshot.completeness).toBe('complete');

          // A source that names no genre leaves what the dump says.
          const genresNow = genres.length === 0 ? ['Drama'] : genres;
          const told = events.map(({ plain }) => plain);
          const asked: readonly (readonly [TrendSubject, readonly PlainEvent[]])[] = [
            [{ movie: movieId(1) }, told.filter(({ movie }) => movie === movieId(1))],
            [{ movie: movieId(4) }, told.filter(({ movie }) => movie === movieId(4))],
            ...['Drama', 'War'].map(
              (genre) => [{ genre }, genresNow.includes(genre) ? told.filter(({ movie }) => movie === movieId(1)) : []] as const,
            ),
          ];
          for (const [subject, its] of asked)
            for (const window of PLAIN_WINDOWS) {
              const days = trendDays(window, AS_OF);
              const activities = await trendActivity(snapshot, subject, days.readMs, days.toMs);
              const popularities = await trendPopularity(snapshot, subject, days.readMs, days.toMs);
              for (const metric of PLAIN_METRICS)
                expect(
                  metric === 'popularity'
                    ? trendSeries(days, POPULARITY_METRIC, popularities)
                    : trendSeries(days, TREND_METRICS[metric], activities),
                  `${window} ${metric}`,
                ).toEqual(expect.objectContaining(trendOnly(plainTrend(its, metric, window, AS_OF))));
            }
          for (const window of PLAIN_WINDOWS) {
            const found = withoutReasons(await anomalousFilms(snapshot, anomalySpan(window, AS_OF)));
            expect(found, window).toEqual(plainAnomalies(told, window, AS_OF).movies);
          }
          expect(on.troubles).toEqual([]);
        } finally {
          await on.close();
        }
      },
    ),
    { ...histories({ quick: 5, deep: 100 }), examples: [[DAILY, 0.5, ['Drama'], true]] },
  );
});

/** Without what the route adds. */
function trendOnly({ metric: _metric, window: _window, from: _from, to: _to, ...figures }: ReturnType<typeof plainTrend>) {
  return figures;
}
