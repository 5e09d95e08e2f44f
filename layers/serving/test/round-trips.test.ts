/** How many calls of the stores a replica makes, and how many of them one after the other: what it costs where the stores stand behind a network. */
import { partitionOf, PARTITIONS } from '@rushes/domain';
import type { TimedRow } from '@rushes/ports';
import { countRoundTrips, counted } from '@rushes/ports/contracts/round-trips';
import { emptyState, encodeState, foldEvent, movieRatings } from '@rushes/views';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { added, answersOf, openOverlayCase, type OverlayCase, rated, recomputed, reviewed, TTL_MS } from './overlay-case.ts';
import { movieId } from './overlay-history.ts';

/** One way and back over a local network. */
const CALL_MS = 2;

let on: OverlayCase;
beforeEach(async () => {
  on = await openOverlayCase();
});
afterEach(() => on.close());

const countedReplica = () => {
  const trips = countRoundTrips();
  const replica = on.follow({ speed: counted(on.store, trips), views: counted(on.views, trips) });
  return { trips, replica };
};

test('a poll makes at most 4 calls, however many partitions have changes', async () => {
  await on.publish(0, {});
  const { trips, replica } = countedReplica();
  await replica.poll();
  trips.reset();
  await replica.poll();
  // The log's bounds would be the fourth: this service has no log.
  expect(trips.byMethod()).toEqual({ currentPublication: 1, changesAfter: 1, progress: 1 });

  const movies = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  on.history.give(...movies.flatMap((n) => [rated(n, 5), reviewed(n, 'A film.'), added(n, 'A')]));
  await on.projectAll();
  expect(PARTITIONS.filter((partition) => on.history.items(partition).length > 0).length).toBeGreaterThan(8);
  trips.reset();
  await replica.poll();
  expect(trips.byMethod()).toMatchObject({ currentPublication: 1, changesAfter: 1, progress: 1 });
  // One more for each view whose rows changed, and one for titles that nobody knew.
  expect(trips.total()).toBeLessThanOrEqual(3 + 4);
  expect(await answersOf(replica)).toEqual({ completeness: 'complete', views: await recomputed(on) });
});

test('an event is visible after at most 5 calls one after the other once its change record is there', async () => {
  await on.publish(0, {});
  const { trips, replica } = countedReplica();
  await replica.poll();
  for (const event of [rated(1, 5), reviewed(2, 'A film.'), added(9, 'New', ['Odd'])]) {
    on.history.give(event);
    await on.projectAll();
    trips.reset();
    await replica.poll();
    expect(replica.require().overlay?.position).toEqual(on.history.end());
    expect(trips.longestChain() * CALL_MS).toBeLessThanOrEqual(10);
  }
});

test('a replica that runs applies changes as they come, between two looks for publications', async () => {
  await on.publish(0, {});
  const { trips, replica } = countedReplica();
  await replica.poll();
  replica.start();
  trips.reset();
  for (const event of [rated(1, 5), reviewed(2, 'A film.')]) {
    on.history.give(event);
    await on.projectAll();
    await expect.poll(() => replica.require().overlay?.position).toEqual(on.history.end());
  }
  expect(await answersOf(replica)).toEqual({ completeness: 'complete', views: await recomputed(on) });
  expect(trips.byMethod()['currentPublication']).toBeUndefined();
});

test('a page of a list of changed and unchanged rows takes less than 10 ms of calls', async () => {
  await on.publish(0, {});
  const { trips, replica } = countedReplica();
  on.history.give(rated(1, 5), rated(2, 8), added(9, 'New'));
  await on.projectAll();
  await replica.poll();
  const { titles } = replica.require().views;
  trips.reset();
  const page = await titles.list({ where: [], sort: [{ column: 'votes', desc: true }], limit: 2, columns: ['votes'] });
  const next = { values: page.at(-1)?.sortValues ?? [], key: page.at(-1)?.key ?? '' };
  await titles.list({ where: [], sort: [{ column: 'votes', desc: true }], limit: 2, columns: ['votes'], after: next });
  expect(page).toHaveLength(2);
  expect(trips.total()).toBeGreaterThan(0);
  expect((trips.longestChain() / 2) * CALL_MS).toBeLessThan(10);
});

test('switching to a publication with 10,000 changed titles takes at most 65 calls', async () => {
  const titles = 10_000;
  await on.publish(0, {});
  const partition = partitionOf('movie.ratings', movieId(1));
  const fence = await on.fence(partition);
  await on.store.putCoverage(
    { partition, epoch: 1, generation: 0, from: 0, expiresAtMs: on.clock.nowMs + TTL_MS, begun: 0, baseUs: 0 },
    fence,
  );
  const rows = Array.from({ length: titles }, (_, n): TimedRow => {
    const event = { type: 'rating_given', movie_id: movieId(n), at_ms: 0, score_tenths: 50, offset: n, epoch: 1 };
    const state = encodeState(foldEvent(movieRatings, emptyState(movieRatings), event));
    const key = { view: movieRatings.storedName, key: movieId(n), epoch: 1, partition, generation: 0 };
    return { ...key, state, lastOffset: n, appendedAtMs: n, timestampUs: n };
  });
  await on.store.upsert(rows, TTL_MS);
  await on.store.putPosition({ partition, offset: titles, epoch: 1, opening: { offset: 0, appendedAtMs: 0 } }, fence);
  const { trips, replica } = countedReplica();
  await replica.poll();
  expect(replica.require().overlay?.titles.size).toBe(titles);
  await on.publish(0, {});
  trips.reset();
  await replica.poll();
  expect(replica.require()).toMatchObject({ publication: { number: 2 }, completeness: 'complete' });
  expect(replica.require().overlay?.titles.size).toBe(titles);
  expect(trips.total(), JSON.stringify(trips.byMethod())).toBeLessThanOrEqual(65);
});
