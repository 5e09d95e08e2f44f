/** When a replica says that events are missing from its answers, and which. */
import { partitionOf } from '@rushes/domain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { CurrentSnapshot } from '../src/merge/current-snapshot.ts';
import { followingReplica, giveTwoEpochs, openOverlayCase, type OverlayCase, rated, TTL_MS } from './overlay-case.ts';
import { BEGIN_MS, movieId } from './overlay-history.ts';

let on: OverlayCase;
beforeEach(async () => {
  on = await openOverlayCase();
});
afterEach(() => on.close());

const RATINGS = partitionOf('movie.ratings', movieId(1));

const following = (): Promise<CurrentSnapshot> => followingReplica(on);
const twoEpochs = (): Promise<void> => giveTwoEpochs(on);
const metaOf = (replica: CurrentSnapshot): string => replica.require().about({ title: movieId(1) }).meta;

describe('an answer says that something is missing', () => {
  const missing = (replica: CurrentSnapshot): unknown => {
    const { completeness, missing: found } = replica.require();
    return [completeness, found];
  };

  test('from the instant on at which an epoch expires', async () => {
    await twoEpochs();
    const replica = await following();
    on.clock.nowMs = BEGIN_MS + TTL_MS - 1;
    await replica.poll();
    expect(missing(replica)).toEqual(['complete', []]);
    on.clock.nowMs += 1;
    await replica.poll();
    const { completeness, missing: found } = replica.require();
    expect(completeness).toBe('gap');
    expect(found).toContainEqual({ partition: RATINGS, from: 1, to: 3, reason: 'expired' });
    expect(metaOf(replica)).toContain('"completeness":"gap"');
  });

  test('for good where the log lost it before a run had read it, whatever else comes and goes', async () => {
    const lost = [{ partition: RATINGS, from: 0, to: 1 }];
    on.history.give(rated(1, 2));
    await on.publish(1, on.history.barrier(1), lost);
    on.history.give(rated(1, 10));
    await on.projectAll();
    const replica = await following();
    expect(missing(replica)).toEqual(['gap', [{ ...lost[0], reason: 'lost' }]]);
    expect(replica.require()).toMatchObject({ projected: 'complete', awaited: [] });
    expect(metaOf(replica)).toContain('"reason":"lost"');
    on.clock.nowMs = BEGIN_MS + TTL_MS;
    await replica.poll();
    const { projected, awaited, missing: all } = replica.require();
    expect(projected).toBe('gap');
    expect(all).toEqual([{ ...lost[0], reason: 'lost' }, ...awaited]);
  });

  test('not if what expires is covered by the version', async () => {
    await twoEpochs();
    const replica = await following();
    on.clock.nowMs = BEGIN_MS + TTL_MS;
    await on.publish(2, on.history.barrier(2));
    await replica.poll();
    expect(missing(replica)).toEqual(['complete', []]);
    await on.publish(1, { [RATINGS]: 1 });
    await replica.poll();
    expect(replica.require().completeness).toBe('gap');
  });

  test('if projecting began behind the cut', async () => {
    await on.publish(0, {});
    on.history.give(rated(1, 2), rated(1, 3), rated(1, 4));
    await on.store.putPosition(
      { partition: RATINGS, offset: 2, epoch: 1, opening: { offset: 0, appendedAtMs: 0 } },
      await on.fence(RATINGS),
    );
    await on.project(RATINGS);
    expect(missing(await following())).toEqual(['gap', [{ partition: RATINGS, from: 0, to: 2, reason: 'not projected' }]]);
  });
});
