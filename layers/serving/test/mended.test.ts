/** What is missing for a while: what answers say of it, under which tags, and when they are whole again. */
import { partitionOf } from '@rushes/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';

import type { CurrentSnapshot } from '../src/merge/current-snapshot.ts';
import { openOverlayCase, type OverlayCase, rated, recomputed, TTL_MS } from './overlay-case.ts';
import { readAll } from './read-merged.ts';
import { BEGIN_MS, movieId } from './overlay-history.ts';

const RATINGS = partitionOf('movie.ratings', movieId(1));
/** What rows live beyond their coverage. */
const TOLERANCE_MS = 60_000;

let on: OverlayCase;
beforeEach(async () => {
  on = await openOverlayCase();
  await on.publish(0, {});
  on.history.give(rated(1, 2), rated(1, 3));
  await on.projectAll();
});
afterEach(() => on.close());

const following = async (): Promise<CurrentSnapshot> => {
  const replica = on.follow();
  await replica.poll();
  return replica;
};
const tagOf = (replica: CurrentSnapshot): string => replica.require().about('titles').tag;
/** Another movie whose ratings lie in the same partition. */
const NEIGHBOR = [2, 3, 4, 5, 6, 7, 8, 9].find((n) => partitionOf('movie.ratings', movieId(n)) === RATINGS) ?? 0;
const isWhole = async (replica: CurrentSnapshot): Promise<boolean> =>
  JSON.stringify(await readAll(replica.require())) === JSON.stringify(await recomputed(on));

/** Rows and their coverage go; all of it is written again under the next generation, as a renewal does. */
const renew = async (): Promise<void> => {
  for (const one of (await on.store.progress()).flatMap(({ coverage }) => coverage)) {
    const rows = on.history.epochRows(one.partition, one.epoch, Number.POSITIVE_INFINITY);
    await on.store.upsert(
      rows.map((row) => ({ ...row, generation: 1, timestampUs: row.lastOffset })),
      TTL_MS,
    );
    await on.store.putCoverage({ ...one, generation: 1, begun: 1, expiresAtMs: on.clock.nowMs + TTL_MS }, await on.fence(one.partition));
  }
};

test('a replica that began while rows were gone reads them before it says that it is whole', async () => {
  on.clock.nowMs = BEGIN_MS + TTL_MS + TOLERANCE_MS;
  const replica = await following();
  expect([replica.require().completeness, await isWhole(replica)]).toEqual(['gap', false]);
  await renew();
  await replica.poll();
  await replica.poll();
  expect([replica.require().completeness, await isWhole(replica)]).toEqual(['complete', true]);
  expect(replica.require().overlay?.position[RATINGS]).toBe(2);
});

test.each([1, 2, 3])(
  'a replica that began while rows were written again says that it is whole only with all of them (%i)',
  async (which) => {
    on.clock.nowMs = BEGIN_MS + TTL_MS + TOLERANCE_MS;
    const read = on.store.progress.bind(on.store);
    let reads = 0;
    on.store.progress = async () => {
      if (++reads === which) {
        on.store.progress = read;
        await renew();
      }
      return read();
    };
    const replica = await following();
    expect(reads).toBeGreaterThan(0);
    if (replica.require().completeness !== 'gap') expect(await isWhole(replica)).toBe(true);
  },
);

test('answers that lack something share no tag with those of another replica, which may have it in memory', async () => {
  const before = await following();
  on.clock.nowMs = BEGIN_MS + TTL_MS + TOLERANCE_MS;
  on.history.give(rated(NEIGHBOR, 5));
  await on.projectAll();
  await before.poll();
  const later = await following();
  expect(later.require().missing).toEqual(before.require().missing);
  // The last change of any title is the same, and yet one of them lacks what came before.
  expect(later.require().overlay?.titlesToken).toBe(before.require().overlay?.titlesToken);
  expect(await readAll(later.require())).not.toEqual(await readAll(before.require()));
  expect(tagOf(later)).not.toBe(tagOf(before));
  await renew();
  for (const replica of [before, before, later, later]) await replica.poll();
  expect(tagOf(before)).toBe(tagOf(later));
});
