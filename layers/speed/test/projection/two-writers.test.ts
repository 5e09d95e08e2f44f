/**
 * A former owner and the owner of one partition at the same time, both projecting and renewing, their calls to the store in any order. Once the owner is
 * through, the rows say of the log what a plain fold of it says.
 */
import { boundsAt, type SpeedStore } from '@rushes/ports';
import { histories } from '@rushes/ports/contracts/depth';
import { highestBarrier } from '@rushes/ports/contracts/read-log';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { FencedError, type PartitionWriter } from '../../src/partition-writer.ts';
import { drain, HOUR_MS, openProjectionCase, type ProjectionCase } from './projection-case.ts';
import { toldBy } from './recording.ts';

const OPTIONS = { ttlMs: 10_000 * HOUR_MS, cachedStates: 2, batchRecords: 3 };

/** The store, each of its calls done when the scheduler says. */
const scheduled = (store: SpeedStore, scheduler: fc.Scheduler, who: string): SpeedStore => {
  const delayed = { ...store };
  for (const name of ['upsert', 'readRows', 'appendChange', 'progress', 'putCoverage', 'putPosition'] as const) {
    const work = store[name] as (...args: readonly unknown[]) => Promise<unknown>; // as: handed on as it came
    Object.assign(delayed, {
      [name]: async (...args: readonly unknown[]) => {
        await scheduler.schedule(Promise.resolve(), `${name} of the ${who}`);
        return work(...args);
      },
    });
  }
  return delayed;
};

type Given = 'event' | 'barrier';

const fill = async (on: ProjectionCase, given: readonly Given[]): Promise<void> => {
  for (const one of given) {
    if (one === 'barrier') await on.log.appendBarrier((await highestBarrier(on.log)) + 1);
    else {
      const { next } = boundsAt(await on.log.bounds(), 'movie.ratings/2');
      await on.give({ id: `rating ${next}`, movie: next % 3, score: (next % 10) + 1 });
    }
  }
};

const renewAll = async (on: ProjectionCase, writer: PartitionWriter): Promise<void> => {
  for (const one of await on.coverage()) writer.renew(one);
};

const untilFenced = async (work: Promise<unknown>): Promise<void> => {
  await work.catch((error: unknown) => expect(error).toBeInstanceOf(FencedError));
};

const given = fc.array(fc.constantFrom<Given>('event', 'event', 'event', 'barrier'), { maxLength: 8 });

test('a former owner that renews and projects while the owner does', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      given,
      given,
      fc.boolean(),
      fc.boolean(),
      async (scheduler, before, meanwhile, renewsFormer, renewsOwner) => {
        const on = await openProjectionCase();
        try {
          await fill(on, before);
          const former = await scheduler.waitFor(on.writer(OPTIONS, scheduled(on.store, scheduler, 'former owner')));
          await scheduler.waitFor(drain(former));
          await fill(on, meanwhile);
          if (renewsFormer) await renewAll(on, former);
          const own = async (): Promise<PartitionWriter> => {
            const owner = await on.writer(OPTIONS, scheduled(on.store, scheduler, 'owner'));
            if (renewsOwner) await renewAll(on, owner);
            return drain(owner);
          };
          const owning = own();
          await scheduler.waitFor(Promise.all([untilFenced(drain(former)), owning]));
          await fill(on, ['event', 'event']);
          await scheduler.waitFor(drain(await owning));
          expect(await on.told()).toEqual(await on.plain());
          expect(toldBy(await on.changes())).toEqual(await on.plain());
        } finally {
          await on.close();
        }
      },
    ),
    { ...histories({ quick: 12, deep: 200 }), endOnFailure: true },
  );
});
