import { offsetAt, type OffsetVector, type PartitionId, PARTITIONS } from '@rushes/domain';
import { boundsAt, type EventLog, type LogRecord, OffsetTrimmedError } from '@rushes/ports';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { type Depths, histories } from '../depth.ts';
import { readLog } from '../read-log.ts';
import { METADATA, newRecord, RATINGS, REVIEWS } from './made-up-records.ts';
import type { OpenedEventLog, OpenEventLog } from './opened-log.ts';
import { expectOffsetsAtTimes } from './times.ts';

/**
 * Random histories against a plain array per partition. Offsets and times are taken over from the log, since holes are allowed; that offsets ascend
 * is checked.
 */
const HOUR_MS = 3_600_000;
const WATCHED = [METADATA, RATINGS, REVIEWS] as const;
const client = fc.nat({ max: 1 });

type Step =
  | { readonly do: 'append'; readonly client: number; readonly to: readonly number[] }
  | { readonly do: 'barrier'; readonly client: number; readonly number: number }
  | { readonly do: 'advance'; readonly hours: number }
  | { readonly do: 'trim'; readonly client: number; readonly keepFrom: readonly (number | null)[] };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('append'), client, to: fc.array(fc.nat({ max: 2 }), { maxLength: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('barrier'), client, number: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('advance'), hours: fc.integer({ min: -3, max: 120 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('trim'),
      client,
      keepFrom: fc.array(fc.option(fc.nat({ max: 12 }), { freq: 5 }), { minLength: 3, maxLength: 3 }),
    }),
  },
);

/** What a partition has had so far; `gone` records of them were removed. */
class Partition {
  readonly records: LogRecord[] = [];
  gone = 0;
  get left(): LogRecord[] {
    return this.records.slice(this.gone);
  }
}

class Model {
  readonly partitions = new Map<PartitionId, Partition>(WATCHED.map((partition) => [partition, new Partition()]));
  of(partition: PartitionId): Partition {
    return this.partitions.get(partition) ?? new Partition();
  }
}

const append = async (log: EventLog, model: Model, to: readonly number[], prefix: string): Promise<void> => {
  const records = to.map((watched, n) => newRecord(WATCHED[watched] ?? METADATA, `${prefix}.${n}`));
  const appended = await log.append(records);
  for (const [at, { partition, ...event }] of records.entries()) {
    const place = appended[at];
    expect(place?.partition).toBe(partition);
    const offset = place?.offset ?? -1;
    const [record, ...more] = await readLog(log, partition, offset, offset + 1);
    expect({ record, more }).toMatchObject({ record: { kind: 'event', offset, ...event }, more: [] });
    if (record !== undefined) model.of(partition).records.push(record);
  }
};

const appendBarrier = async (log: EventLog, model: Model, number: number): Promise<void> => {
  const before = new Map<PartitionId, number>();
  for (const partition of WATCHED) before.set(partition, offsetAt((await log.bounds()).next, partition));
  await log.appendBarrier(number);
  for (const partition of WATCHED) {
    const [barrier, ...more] = await readLog(log, partition, before.get(partition) ?? 0);
    expect({ barrier, more }).toMatchObject({ barrier: { kind: 'barrier', number }, more: [] });
    if (barrier !== undefined) model.of(partition).records.push(barrier);
  }
};

/** `keep[n]` counts records of a partition from its beginning. */
const trim = async (log: EventLog, opened: OpenedEventLog, model: Model, keep: readonly (number | null)[]): Promise<void> => {
  const keepFrom: Partial<Record<PartitionId, number>> = {};
  const oldestKeptMs = opened.nowMs() - log.retentionMs;
  let gone = 0;
  for (const [at, partition] of WATCHED.entries()) {
    const from = keep[at];
    if (from === null || from === undefined) continue;
    const those = model.of(partition);
    const { next } = boundsAt(await log.bounds(), partition);
    const end = those.records[from]?.offset ?? next;
    keepFrom[partition] = end;
    const kept = those.records.findIndex(({ offset, appendedAtMs }) => offset >= end || appendedAtMs >= oldestKeptMs);
    const left = Math.max(those.gone, kept === -1 ? those.records.length : kept);
    gone += left - those.gone;
    those.gone = left;
  }
  expect(await log.trim(keepFrom satisfies OffsetVector)).toBeGreaterThanOrEqual(gone);
};

const expectRecords = async (log: EventLog, partition: PartitionId, those: Partition): Promise<void> => {
  const { earliest, next } = boundsAt(await log.bounds(), partition);
  const { left } = those;
  expect(await readLog(log, partition)).toEqual(left);
  for (const [at, { offset }] of left.entries()) {
    expect(offset).toBeGreaterThan(left[at - 1]?.offset ?? -1);
    expect(await readLog(log, partition, offset)).toEqual(left.slice(at));
  }
  expect(earliest).toBeLessThanOrEqual(left[0]?.offset ?? next);
  expect(next).toBeGreaterThan(those.records.at(-1)?.offset ?? -1);
  for (const { offset } of those.records.slice(0, those.gone)) {
    await expect(readLog(log, partition, offset, offset + 1)).rejects.toBeInstanceOf(OffsetTrimmedError);
  }
};

export const modelTests = (open: OpenEventLog, runs: Depths<number>): void => {
  describe('any history', () => {
    test('leaves what a plain array would hold', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
          const opened = await open();
          try {
            const clients = [opened.log, await opened.reopen()];
            const model = new Model();
            for (const [n, one] of steps.entries()) {
              const log = ('client' in one ? clients[one.client] : undefined) ?? opened.log;
              if (one.do === 'append') await append(log, model, one.to, String(n));
              else if (one.do === 'barrier') await appendBarrier(log, model, one.number);
              else if (one.do === 'advance') await opened.advance(one.hours * HOUR_MS);
              else await trim(log, opened, model, one.keepFrom);
            }
            for (const log of clients) {
              for (const [partition, those] of model.partitions) await expectRecords(log, partition, those);
              for (const partition of WATCHED) await expectOffsetsAtTimes(log, partition);
            }
            const quiet = PARTITIONS.find((partition) => !model.partitions.has(partition)) ?? METADATA;
            expect((await readLog(opened.log, quiet)).every(({ kind }) => kind === 'barrier')).toBe(true);
          } finally {
            await opened.dispose();
          }
        }),
        histories(runs),
      );
    });
  });
};
