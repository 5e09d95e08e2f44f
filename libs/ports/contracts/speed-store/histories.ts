/** Random histories of several clients against the model. Each has a view and partitions of its own in one store. */
import { partitionId, type PartitionId } from '@rushes/domain';
import { type Coverage, EXPIRED_MS, type SpeedStore, type TimedRow } from '@rushes/ports';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type Depths, histories } from '../depth.ts';
import { SpeedStoreModel } from './model.ts';
import { claimNext, type Open, type OpenedSpeedStore } from './opened-store.ts';
import { change, changesOf, coverage, nameOf, ordered, position, row, scanAll } from './samples.ts';

/** Uneven halves and whole seconds: no write expires at the instant of a read. */
const TTLS_MS = [1_500, 4_500, 900_500];
const small = (max: number): fc.Arbitrary<number> => fc.nat({ max });
const client = small(1);
const ttlMs = fc.constantFrom(...TTLS_MS);
const place = { partition: small(1), epoch: small(3), generation: small(1) };

const anyStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('upsert'),
      client,
      ttlMs,
      rows: fc.array(fc.record({ ...place, key: fc.constantFrom('a', 'b'), offset: small(30) }), { maxLength: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('change'), client, ttlMs, ...place, from: small(20), length: fc.integer({ min: 1, max: 12 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cover'), client, ...place, from: small(30), begun: small(3), former: small(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop'), client, partition: small(1), upTo: small(3), former: small(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('position'), client, partition: small(1), offset: small(30), former: small(2) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('claim'), client, partition: small(1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass'), seconds: fc.integer({ min: 1, max: 3 }) }) },
);
type Step = typeof anyStep extends fc.Arbitrary<infer Each> ? Each : never;

export const historyTests = (open: Open, runs: Depths<number>): void => {
  describe('histories', () => {
    let opened: OpenedSpeedStore;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.dispose());

    test('whatever several clients do: what is read is what the model says', async () => {
      const clients = [opened.store, await opened.reopen()];
      const model = new SpeedStoreModel();
      let run = 0;

      // Where time passes by itself, nothing may expire meanwhile.
      const lives = (ttl: number): number => (opened.advanceClock ? ttl : 1_000 * ttl);

      /** Does the step in the store and in the model. */
      const take = async (store: SpeedStore, view: string, partitions: readonly PartitionId[], step: Step): Promise<void> => {
        const at = (number: number): PartitionId => partitions[number] ?? 'movie.ratings/0';
        /** The owner's, or one of those before; 0 where there are none. */
        const fenceOf = (of: { readonly partition: number; readonly former: number }): number =>
          model.fences(at(of.partition))[of.former] ?? 0;
        switch (step.do) {
          case 'upsert': {
            const rows: TimedRow[] = [];
            for (const { key, offset, partition, ...rest } of step.rows)
              rows.push(row(offset, { view, key, partition: at(partition), ...rest }));
            const certain = rows.filter((each) => model.isCertain(each));
            model.upsert(certain, lives(step.ttlMs));
            return store.upsert(certain, lives(step.ttlMs));
          }
          case 'change': {
            const record = change(step.from, step.from + step.length, {
              partition: at(step.partition),
              epoch: step.epoch,
              generation: step.generation,
            });
            model.appendChange(record, lives(step.ttlMs));
            return store.appendChange(record, lives(step.ttlMs));
          }
          case 'cover': {
            const { epoch, generation, from, begun } = step;
            const fence = fenceOf(step);
            const covered = coverage(epoch, {
              partition: at(step.partition),
              generation,
              from,
              begun: Math.max(generation, begun),
              baseUs: from,
            });
            expect(await store.putCoverage(covered, fence)).toBe(model.putCoverage(covered, fence));
            return;
          }
          case 'drop':
            expect(await store.dropCoverage(at(step.partition), step.upTo, fenceOf(step))).toBe(
              model.dropCoverage(at(step.partition), step.upTo, fenceOf(step)),
            );
            return;
          case 'claim':
            model.claim(at(step.partition), await claimNext(opened, at(step.partition)));
            return;
          case 'position': {
            const reached = position(step.offset, { partition: at(step.partition) });
            expect(await store.putPosition(reached, fenceOf(step))).toBe(model.putPosition(reached, fenceOf(step)));
            return;
          }
          case 'pass':
            if (opened.advanceClock === undefined) return;
            opened.advanceClock(step.seconds * 1_000);
            model.nowMs += step.seconds * 1_000;
        }
      };

      const compare = async (store: SpeedStore, view: string, partitions: readonly PartitionId[], at: number): Promise<void> => {
        const { must, may } = model.rows(view, at - 1);
        const read = await scanAll(store, view, at - 1);
        expect(new Set(read.map(nameOf)).size).toBe(read.length);
        expect(may).toEqual(expect.arrayContaining([...read]));
        expect(read).toEqual(expect.arrayContaining([...must]));
        expect(ordered(await store.readRows(may))).toEqual(ordered(read));
        const progress = await store.progress();
        for (const partition of partitions) {
          const changes = await changesOf(store, at * 5, 1_000, partition);
          expect(changes).toEqual(model.changes(partition, at * 5));
          expect(await changesOf(store, at * 5, 2, partition)).toEqual(changes.slice(0, 2));
          expect(progress.find((one) => one.partition === partition)?.position).toEqual(model.position(partition));
        }
        // The samples' coverage has expired by any clock: the store may say no more than that.
        const told = (one: Coverage): Coverage => ({ ...one, expiresAtMs: EXPIRED_MS });
        const [covered, expected] = [progress.flatMap((one) => one.coverage), model.coverage()];
        expect(covered).toHaveLength(expected.length);
        expect(covered.map(told)).toEqual(expect.arrayContaining(expected.map(told)));
        expect([...expected.map(({ expiresAtMs }) => expiresAtMs), EXPIRED_MS]).toEqual(
          expect.arrayContaining(covered.map(({ expiresAtMs }) => expiresAtMs)),
        );
      };

      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { maxLength: 30 }), small(4), async (steps, at) => {
          const view = `history ${++run}`;
          const partitions = [partitionId('movie.ratings', 1_000 + run), partitionId('movie.reviews', 1_000 + run)];
          for (const each of steps) {
            const store = clients['client' in each ? each.client : 0] ?? opened.store;
            await take(store, view, partitions, each);
          }
          for (const store of clients) await compare(store, view, partitions, at);
        }),
        histories(runs),
      );
    });
  });
};
