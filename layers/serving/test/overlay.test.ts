/** Serving over a real speed store, case by case: what a replica reads, and what its entity tags follow from. */
import { type OffsetVector, partitionOf } from '@rushes/domain';
import { movieRatings } from '@rushes/views';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { CurrentSnapshot } from '../src/merge/current-snapshot.ts';
import {
  answersOf,
  followingReplica,
  giveTwoEpochs,
  observed,
  openOverlayCase,
  type OverlayCase,
  rated,
  recomputed,
  reviewed,
} from './overlay-case.ts';
import type { Snapshot } from '../src/merge/snapshot.ts';
import { movieId } from './overlay-history.ts';

let on: OverlayCase;
beforeEach(async () => {
  on = await openOverlayCase();
});
afterEach(() => on.close());

const RATINGS = partitionOf('movie.ratings', movieId(1));

const following = (): Promise<CurrentSnapshot> => followingReplica(on);

/** All that a replica says of a movie, as far as a client sees it. */
const titleOf = (replica: CurrentSnapshot, movie = 1) => replica.require().about({ title: movieId(movie) });
const reviewsOf = (replica: CurrentSnapshot, movie = 1) => replica.require().about({ reviews: movieId(movie), bucket: 0 });

const twoEpochs = (): Promise<void> => giveTwoEpochs(on);

/** What a replica has to say once it has come to the end. */
const whole = async (position?: OffsetVector) => ({ completeness: 'complete', views: await recomputed(on, position) });

describe('a replica', () => {
  test('counts what lies after the cut, once, and nothing before it', async () => {
    await twoEpochs();
    expect(await answersOf(await following())).toEqual(await whole());
  });

  test('reads rows and then change records, with what the rows already had among them', async () => {
    await twoEpochs();
    const replica = await following();
    on.history.give(rated(1, 4), rated(2, 4), reviewed(1, 'Awful.'));
    await on.projectAll(1);
    await replica.poll();
    expect(await answersOf(replica)).toEqual(await whole());
    expect(await answersOf(await following())).toEqual(await whole());
  });

  test('tells of each event once when it shows it first, and of none that was there when it began', async () => {
    await twoEpochs();
    const replica = await following();
    expect(on.arrivals.splice(0)).toEqual([]);
    const appendedAt = () => on.history.items(RATINGS).at(-1)?.appendedAtMs;
    on.history.give(rated(1, 4));
    const first = appendedAt();
    await on.project(RATINGS);
    await replica.poll();
    await replica.poll();
    expect(on.arrivals.splice(0)).toEqual([first]);
    // The next version covers that one; another comes while it is opened.
    const cut = on.history.barrier(2);
    on.history.give(rated(1, 6));
    const second = appendedAt();
    await on.projectAll();
    await on.publish(2, cut);
    await replica.poll();
    expect(replica.require().publication.version).toBe(2);
    expect(on.arrivals.splice(0)).toEqual([second]);
    await replica.poll();
    expect(on.arrivals).toEqual([]);
  });

  test('is shown nothing of rows before the change record that tells of them', async () => {
    await on.publish(0, {});
    on.history.give(rated(1, 2));
    await on.projectAll();
    on.history.give(rated(1, 10));
    await on.project(RATINGS, { through: 'rows' });
    const waiting = on.follow();
    const polled = waiting.poll();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(waiting.peek()).toBeUndefined();
    await on.project(RATINGS);
    await polled;
    expect(await answersOf(waiting)).toEqual(await whole());
    expect(on.troubles).toEqual([]);
  });

  test('goes on behind a writer that died before its position', async () => {
    await on.publish(0, {});
    const replica = await following();
    on.history.give(rated(1, 2), rated(1, 3));
    await on.project(RATINGS, { through: 'change' });
    await replica.poll();
    on.history.give(rated(1, 10));
    await on.project(RATINGS, { batch: 2 });
    await replica.poll();
    expect(await answersOf(replica)).toEqual(await whole());
  });

  test('shows no state that is ahead of the position: a new owner tells what the one before had written', async () => {
    await on.publish(0, {});
    const replica = await following();
    on.history.give(rated(1, 2), rated(1, 3), rated(1, 10));
    await on.project(RATINGS, { through: 'rows' });
    await on.project(RATINGS, { batch: 1, before: 1 });
    await replica.poll();
    expect(replica.require().overlay?.position[RATINGS]).toBe(0);
    expect(await answersOf(replica)).toEqual(await whole({}));
    await on.project(RATINGS, { batch: 1 });
    await replica.poll();
    expect(replica.require().overlay?.position[RATINGS]).toBe(3);
    expect(await answersOf(replica)).toEqual(await whole());
  });

  test('tells the parts of a key as they were at its position, whatever has been read since', async () => {
    await on.publish(0, {});
    const replica = await following();
    const parts = ({ overlay }: Snapshot) => overlay?.parts(movieRatings, movieId(1)).map(({ state }) => state);
    on.history.give(rated(1, 2));
    await on.projectAll();
    await replica.poll();
    const first = replica.require();
    const before = parts(first);
    expect(before).toMatchObject([{ count: 1 }]);
    on.history.give(rated(1, 4), rated(1, 6));
    // Read, but not shown: the second is ahead of the position.
    await on.project(RATINGS, { through: 'rows' });
    await on.project(RATINGS, { batch: 1, before: 2 });
    await replica.poll();
    expect(parts(replica.require())).toEqual(before);
    await on.projectAll();
    await replica.poll();
    const second = replica.require();
    expect(parts(second)).toMatchObject([{ count: 3 }]);
    on.history.give(rated(1, 8));
    await on.projectAll();
    await replica.poll();
    expect([parts(first), parts(second), parts(replica.require())]).toMatchObject([before, [{ count: 3 }], [{ count: 4 }]]);
  });

  test('reads everything anew if change records are gone', async () => {
    await on.publish(0, {});
    const changesAfter: OverlayCase['store']['changesAfter'] = async (...args) =>
      (await on.store.changesAfter(...args)).filter(({ from }) => from > 0);
    const replica = on.follow({ speed: { ...on.store, changesAfter } });
    await replica.poll();
    on.history.give(rated(1, 2), rated(2, 3), rated(1, 10));
    await on.projectAll(1);
    await replica.poll();
    expect(String(on.troubles[0])).toContain('reading its rows anew');
    await replica.poll();
    expect(await answersOf(replica)).toEqual(await whole());
  });

  test('adds reviews to those of the version, in the same hour too', async () => {
    on.history.give(reviewed(1, 'I love it!'));
    await on.publish(1, on.history.barrier(1));
    on.history.give(reviewed(1, 'Awful.'), reviewed(1, 'A film.', '2026-01-02T03:00:00.000Z'));
    await on.projectAll();
    expect(await answersOf(await following())).toEqual(await whole());
  });

  test('keeps what it said while a store fails, and afterwards has counted nothing twice', async () => {
    await on.publish(0, {});
    const replica = await following();
    on.history.give(rated(1, 2), rated(2, 3), rated(3, 4), observed(2, 'imdb', 5, 90));
    on.views.beforeRead = async () => {
      throw new Error('unreachable');
    };
    await on.projectAll();
    await replica.poll();
    expect(replica.require().overlay?.titles.size).toBe(0);
    on.views.beforeRead = undefined;
    await replica.poll();
    expect(await answersOf(replica)).toEqual(await whole());
    expect(on.troubles).not.toEqual([]);
  });

  test('says after a rollback what it said before, from more epochs', async () => {
    await on.publish(0, {});
    await twoEpochs();
    const replica = await following();
    expect(await answersOf(replica)).toEqual(await whole());
    await on.publish(0, {});
    await replica.poll();
    expect(replica.require().publication).toMatchObject({ number: 3, version: 0 });
    expect(await answersOf(replica)).toEqual(await whole());
  });
});

describe('entity tags', () => {
  test.each([
    ['a rating', rated(1, 5), titleOf],
    ['an observed rating', observed(1, 'tmdb', 5, 3), titleOf],
    ['a review', reviewed(1, 'A film.'), reviewsOf],
  ])('are others after %s', async (_, event, about) => {
    await twoEpochs();
    const replica = await following();
    const before = about(replica).tag;
    on.history.give(event);
    await on.projectAll();
    await replica.poll();
    expect(about(replica).tag).not.toBe(before);
  });

  test('of a title stay if others change, that of all titles does not', async () => {
    await twoEpochs();
    const replica = await following();
    const before = [titleOf(replica), replica.require().about('titles').tag] as const;
    on.history.give(rated(2, 5));
    await on.projectAll();
    await replica.poll();
    expect(titleOf(replica)).toEqual(before[0]);
    expect(replica.require().about('titles').tag).not.toBe(before[1]);
  });

  test('name the bytes: what replicas say under one tag is the same, whenever they began', async () => {
    await twoEpochs();
    const early = await following();
    for (const event of [reviewed(1, 'Awful.'), rated(1, 3), reviewed(2, 'A film.'), rated(3, 3)]) {
      on.history.give(event);
      await on.projectAll();
      await early.poll();
      const late = await following();
      for (const movie of [1, 2, 3]) {
        expect(titleOf(early, movie)).toEqual(titleOf(late, movie));
        expect(reviewsOf(early, movie)).toEqual(reviewsOf(late, movie));
      }
      for (const dependency of ['titles', 'position', 'batch'] as const)
        expect(early.require().about(dependency)).toEqual(late.require().about(dependency));
    }
  });
});
