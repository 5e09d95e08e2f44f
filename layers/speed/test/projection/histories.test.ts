/**
 * Random histories of one partition: events, retries, time that passes, barriers (some late), writers that crash between any two writes, former owners that
 * go on writing, renewals. Whatever happened, the rows say of the log what a plain fold of it says.
 */
import { histories } from '@rushes/ports/contracts/depth';
import { highestBarrier } from '@rushes/ports/contracts/read-log';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { FencedError, type PartitionWriter } from '../../src/partition-writer.ts';
import { Broken, breaking, drain, type Given, HOUR_MS, openProjectionCase, type ProjectionCase } from './projection-case.ts';
import { toldBy } from './recording.ts';

/** Rows live longer than a history: what expires has tests of its own. */
const TTL_MS = 10_000 * HOUR_MS;

type Step =
  | { readonly do: 'give'; readonly events: readonly Omit<Given, 'id'>[] }
  | { readonly do: 'repeat'; readonly back: number }
  | { readonly do: 'wait'; readonly hours: number }
  | { readonly do: 'crash'; readonly at: number; readonly before: boolean }
  | { readonly do: 'renew'; readonly epoch: number }
  | { readonly do: 'barrier' | 'late barrier' | 'step' | 'new owner' | 'former owner' };

const given = fc.record({ movie: fc.nat(3), score: fc.constantFrom(0, 1, 2.5, 8, 10) });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.array(given, { minLength: 1, maxLength: 8 }).map((events) => ({ do: 'give' as const, events })) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 12 }).map((back) => ({ do: 'repeat' as const, back })) },
  { weight: 1, arbitrary: fc.constantFrom(1, 47, 48, 49).map((hours) => ({ do: 'wait' as const, hours })) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('crash' as const), at: fc.nat(5), before: fc.boolean() }) },
  { weight: 1, arbitrary: fc.nat(3).map((epoch) => ({ do: 'renew' as const, epoch })) },
  { weight: 4, arbitrary: fc.constant({ do: 'step' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'barrier' as const }) },
  ...(['late barrier', 'new owner', 'former owner'] as const).map((name) => ({ weight: 1, arbitrary: fc.constant({ do: name }) })),
);

const live = async (on: ProjectionCase, steps: readonly Step[]): Promise<void> => {
  const told: Given[] = [];
  const options = { ttlMs: TTL_MS, cachedStates: 2, maxChangeBytes: 2_000 };
  const give = async (events: readonly Given[]): Promise<void> => {
    await on.give(...events);
    told.push(...events);
  };
  let former: PartitionWriter | undefined;
  let writer = await on.writer(options);
  for (const one of steps) {
    switch (one.do) {
      case 'give':
        await give(one.events.map((event, n) => ({ ...event, id: `id-${told.length + n}` })));
        break;
      case 'repeat': {
        const again = told.at(-one.back);
        if (again) await give([again]);
        break;
      }
      case 'wait':
        on.clock.nowMs += one.hours * HOUR_MS;
        break;
      case 'barrier':
        // Numbers may have holes.
        await on.log.appendBarrier((await highestBarrier(on.log)) + 2);
        break;
      case 'late barrier':
        await on.log.appendBarrier(1);
        break;
      case 'step':
        await writer.step();
        break;
      case 'crash': {
        const broken = await on.writer(options, breaking(on.store, one.at, one.before)).catch(() => undefined);
        await (broken && drain(broken).catch((error: unknown) => expect(error).toBeInstanceOf(Broken)));
        writer = await on.writer(options);
        break;
      }
      case 'new owner':
        former = writer;
        writer = await on.writer(options);
        break;
      case 'former owner':
        await former?.step().catch((error: unknown) => expect(error).toBeInstanceOf(FencedError));
        break;
      case 'renew': {
        const coverage = await on.coverage();
        const due = coverage[one.epoch % coverage.length];
        if (due) writer.renew(due);
      }
    }
  }
  await drain(writer);
};

test('rows and change records say what a plain fold of the log says, whatever happened before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 30 }), async (steps) => {
      const on = await openProjectionCase();
      try {
        await live(on, steps);
        expect(await on.told()).toEqual(await on.plain());
        expect(toldBy(await on.changes())).toEqual(await on.plain());
      } finally {
        await on.close();
      }
    }),
    { ...histories({ quick: 12, deep: 200 }), endOnFailure: true },
  );
});
