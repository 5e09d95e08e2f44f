/** How serving begins over a speed store that is not whole, or goes away meanwhile. */
import { type OffsetVector, partitionOf } from '@rushes/domain';
import type { SpeedStore } from '@rushes/ports';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { answersOf, openOverlayCase, type OverlayCase, rated, recomputed } from './overlay-case.ts';
import { movieId } from './overlay-history.ts';

let on: OverlayCase;
beforeEach(async () => {
  on = await openOverlayCase();
});
afterEach(() => on.close());

const RATINGS = partitionOf('movie.ratings', movieId(1));

/** What a replica has to say once it has come to the end. */
const whole = async (position?: OffsetVector) => ({ completeness: 'complete', views: await recomputed(on, position) });

test('begins without events where the speed layer does not come to tell of what it wrote, and has them once it does', async () => {
  await on.publish(0, {});
  on.history.give(rated(1, 2), rated(1, 3));
  await on.project(RATINGS, { through: 'rows' });
  const replica = on.follow();
  await replica.poll();
  const { completeness, overlay } = replica.require();
  expect([completeness, overlay?.position[RATINGS]]).toEqual(['stale', 0]);
  expect(await answersOf(replica)).toEqual({ ...(await whole({})), completeness: 'stale' });
  expect(on.troubles).toHaveLength(1);
  await on.projectAll();
  await replica.poll();
  expect([replica.require().completeness, replica.require().overlay?.position[RATINGS]]).toEqual(['complete', 2]);
  expect(await answersOf(replica)).toEqual(await whole());
});

test('reads everything anew when the store goes back, also where the first try fails', async () => {
  await on.publish(0, {});
  on.history.give(rated(1, 2), rated(1, 3));
  await on.projectAll();
  let [isDown, scans, lost] = [false, 0, 0];
  const speed: SpeedStore = {
    ...on.store,
    progress: async () =>
      (await on.store.progress()).map(({ position, ...one }) => ({
        ...one,
        position: position && { ...position, offset: position.offset - lost },
      })),
    scan: (...asked) => {
      scans += 1;
      if (isDown) throw new Error('the store is down');
      return on.store.scan(...asked);
    },
  };
  const replica = on.follow({ speed });
  await replica.poll();
  [isDown, lost] = [true, 1];
  await replica.poll();
  expect(String(replica.trouble())).toContain('lost writes');
  await replica.poll();
  expect(String(replica.trouble())).toContain('the store is down');
  [isDown, scans] = [false, 0];
  await replica.poll();
  expect(scans).toBeGreaterThan(0);
  expect(replica.trouble()).toBeUndefined();
  expect(await answersOf(replica)).toEqual(await whole());
});
