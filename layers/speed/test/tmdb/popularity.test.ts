/** What polling says of a film's popularity, day by day, as the keyed views hold it. */
import { eventText, judgeEvent } from '@rushes/domain';
import { emptyState, type EventRow, foldEvent, isFolded, keyOf, popularityByDay, type StateOf } from '@rushes/views';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openPolling, type Polling } from './polling.ts';
import type { StandInFilm } from './stand-in.ts';

const HOUR_MS = 3_600_000;
const FILM: StandInFilm = {
  id: 278,
  title: 'A Made-up Film',
  imdb_id: 'tt9900000278',
  vote_average: 8.712,
  vote_count: 1000,
  popularity: 50.5,
};

let on: Polling;
beforeEach(async () => {
  on = await openPolling();
});
afterEach(() => on.close());

/** Ends a day on which the film is listed as changed, so that it is asked for again. */
const nextDay = async (): Promise<void> => {
  on.standIn.changes.set(new Date(on.clock.nowMs()).toISOString().slice(0, 10), [FILM.id]);
  on.clock.advance(24 * HOUR_MS);
  await on.poll();
};

/** The popularity of each day on which there was any. */
const popularities = async (): Promise<readonly (readonly [day: string, popularity: unknown])[]> => {
  const states = new Map<string, StateOf<typeof popularityByDay>>();
  for (const [offset, { event }] of (await on.events()).entries()) {
    if (event.type !== 'rating_observed') continue;
    const context = { topic: 'movie.ratings', key: event.payload.movie_id, appendedAtMs: on.clock.nowMs() } as const;
    const judged = judgeEvent(eventText(event), context);
    if ('fault' in judged) throw new Error(judged.fault);
    const row = { ...judged.row, offset, epoch: 1 } as unknown as EventRow; // as: silver rows hold cells alone
    if (!isFolded(popularityByDay, row)) continue;
    const key = keyOf(popularityByDay, row);
    states.set(key, foldEvent(popularityByDay, states.get(key) ?? emptyState(popularityByDay), row));
  }
  return [...states].map(([key, { latest }]) => [
    new Date(Number(key.split('|')[1])).toISOString().slice(0, 10),
    latest?.popularity_e3 ?? null,
  ]);
};

test('a day on which it changed has it, a day on which nothing changed has none', async () => {
  on.show(FILM);
  await on.poll();
  on.change(FILM, { popularity: 61.2345 });
  await nextDay();
  await nextDay();
  on.change(FILM, { popularity: 48, vote_count: 1001 });
  await nextDay();
  expect(await popularities()).toEqual([
    ['2026-01-02', 50_500],
    ['2026-01-03', 61_235],
    ['2026-01-05', 48_000],
  ]);
});
