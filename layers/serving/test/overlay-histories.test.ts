/**
 * Random logs, projected in random pieces by writers that may die after any write: wherever the cut lies and whenever a replica began, its answers are
 * those of a full recompute at the position that it states. Also where the stores answer late, and others write while a replica reads.
 */
import { setImmediate } from 'node:timers/promises';

import { type MovieEvent, PARTITIONS } from '@rushes/domain';
import { histories } from '@rushes/ports/contracts/depth';
import { delayed } from '@rushes/ports/contracts/round-trips';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { reaches } from '../src/merge/position.ts';
import {
  added,
  changed,
  observed,
  openOverlayCase,
  type OverlayCase,
  linked,
  rated,
  recomputed,
  reviewed,
  type Written,
} from './overlay-case.ts';
import { readAll } from './read-merged.ts';

const movie = fc.integer({ min: 1, max: 5 });
const genres = fc.constantFrom<readonly string[]>(['Drama'], ['Odd', 'War'], []);
const event: fc.Arbitrary<MovieEvent> = fc.oneof(
  fc.tuple(movie, fc.integer({ min: 2, max: 20 })).map(([n, halves]) => rated(n, halves / 2)),
  fc
    .tuple(
      movie,
      fc.constantFrom('imdb' as const, 'tmdb' as const),
      fc.constantFrom(1.5, 9),
      fc.nat(50),
      fc.constantFrom(null, 0.5, 60.25),
      fc.integer({ min: 7, max: 9 }).map((n) => `2026-01-0${n}T1${n}:30:00.000Z`),
    )
    .map((given) => observed(...given)),
  fc
    .tuple(movie, fc.constantFrom('I love it!', 'Awful.', 'A film.'), fc.integer({ min: 1, max: 9 }))
    .map(([n, text, day]) => reviewed(n, text, `2026-01-0${day}T0${day}:30:00.000Z`)),
  fc.tuple(movie, fc.constantFrom('A', 'Zebra'), genres).map((given) => added(...given)),
  fc.tuple(movie, fc.constantFrom(null, 278, 279)).map((given) => linked(...given)),
  fc.tuple(movie, fc.constantFrom('B', 'The tale'), genres, fc.constantFrom(undefined, null, 1991, 2001)).map((given) => changed(...given)),
);

type Step =
  | { readonly do: 'give'; readonly events: readonly MovieEvent[] }
  | { readonly do: 'project'; readonly partition: number; readonly batch: number; readonly through: Written }
  | { readonly do: 'publish'; readonly earlier: number }
  | { readonly do: 'barrier' | 'poll' | 'poll while others write' | 'restart' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.array(event, { minLength: 1, maxLength: 6 }).map((events) => ({ do: 'give' as const, events })) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('project' as const),
      partition: fc.nat(20),
      batch: fc.integer({ min: 1, max: 4 }),
      through: fc.constantFrom<Written>('position', 'position', 'change', 'rows', 'coverage'),
    }),
  },
  { weight: 2, arbitrary: fc.nat(2).map((earlier) => ({ do: 'publish' as const, earlier })) },
  ...(['barrier', 'poll', 'poll while others write', 'restart'] as const).map((name) => ({
    weight: 2,
    arbitrary: fc.constant({ do: name }),
  })),
);

/** So many turns of the event loop until an answer arrives, call by call and then again from the beginning; none: at once. */
const delays = fc.array(fc.nat(3), { maxLength: 9 });

const play = async (on: OverlayCase, steps: readonly Step[], turns: readonly number[]): Promise<void> => {
  let calls = 0;
  const arrive = async (): Promise<void> => {
    calls += 1;
    for (let left = turns[calls % turns.length] ?? 0; left > 0; left--) await setImmediate();
  };
  const follow = () => on.follow(turns.length === 0 ? {} : { speed: delayed(on.store, arrive), views: delayed(on.views, arrive) });
  const cuts: { readonly version: number; readonly cut: ReturnType<typeof on.history.end> }[] = [];
  let newest = 0;
  /** A publication is to be taken up, which waits for what was half written. */
  let isSwitching = true;
  /** A poll that goes on while others write. */
  let polling: Promise<void> | undefined;
  await on.publish(0, {});
  const first = follow();
  let replica = follow();
  for (const one of steps) {
    if (one.do === 'give') on.history.give(...one.events);
    if (one.do === 'barrier') cuts.push({ version: cuts.length + 1, cut: on.history.barrier(cuts.length + 1) });
    // 20 names no partition: all of them.
    const partition = one.do === 'project' ? PARTITIONS[one.partition] : undefined;
    if (one.do === 'project')
      await (partition
        ? on.project(partition, { batch: one.batch, through: isSwitching ? 'position' : one.through })
        : on.projectAll(one.batch));
    const published = one.do === 'publish' ? cuts.at(-1 - one.earlier) : undefined;
    // A rollback waits until what was served, the cut at least, is projected.
    if (published && published.version < newest) await on.projectAll();
    newest = Math.max(newest, published?.version ?? 0);
    if (published) {
      isSwitching = true;
      await on.finish();
      await on.publish(published.version, published.cut);
    }
    if (one.do === 'restart') replica = follow();
    if (one.do === 'poll') {
      await polling;
      const before = first.peek()?.overlay?.position ?? {};
      await first.poll();
      isSwitching = false;
      const snapshot = first.peek();
      expect(reaches(snapshot?.overlay?.position ?? {}, before)).toBe(true);
      if (snapshot?.completeness === 'complete') expect(await readAll(snapshot)).toEqual(await recomputed(on, snapshot.overlay?.position));
    }
    if (one.do === 'poll while others write') {
      isSwitching = true;
      polling = first.poll();
    }
  }
  await polling;
  await on.projectAll();
  const whole = await recomputed(on);
  for (const one of [first, replica, follow()]) {
    await one.poll();
    const snapshot = one.require();
    const { completeness, overlay } = snapshot;
    expect(overlay?.position).toEqual(on.history.end());
    expect(completeness).toBe('complete');
    expect(await readAll(snapshot)).toEqual(whole);
  }
};

test('every replica says what a full recompute says, once it is at the end, however slowly stores answer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 25 }), delays, async (steps, turns) => {
      const on = await openOverlayCase();
      try {
        await play(on, steps, turns);
        expect(on.troubles).toEqual([]);
      } finally {
        await on.close();
      }
    }),
    { ...histories({ quick: 8, deep: 150 }), endOnFailure: true },
  );
});
