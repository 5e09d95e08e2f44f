/** Micro-batches of made-up records: nothing left out, nothing twice, each of one epoch, and the same however the records were read. */
import type { LogRecord } from '@rushes/ports';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { type MicroBatch, planBatches } from './plan-batches.ts';
import type { Opening } from './write-timestamp.ts';

/** A record for each number: 0 an event, others barriers. Offsets have holes. */
const recordsOf = (numbers: readonly number[]): readonly LogRecord[] =>
  numbers.map((number, n): LogRecord => {
    const stamped = { offset: 3 + 2 * n, appendedAtMs: 1000 * n };
    return number === 0 ? { kind: 'event', key: 'k', id: `${n}`, value: '', ...stamped } : { kind: 'barrier', number, ...stamped };
  });

const FROM = 3;
const FIRST_OPENING: Opening = { offset: 0, appendedAtMs: 7 };
const START = { epoch: 1, opening: FIRST_OPENING };
const numbers = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 6 })), { maxLength: 30 });

/** What is known of each event, in order. */
const eventsOf = (batches: readonly MicroBatch[]): readonly (readonly [offset: number, epoch: number, opening: Opening])[] =>
  batches.flatMap(({ records, epoch, opening }) =>
    records.filter(({ kind }) => kind === 'event').map(({ offset }) => [offset, epoch, opening] as const),
  );

test('every event is in one batch, of the epoch after the highest barrier before it', () => {
  fc.assert(
    fc.property(numbers, (given) => {
      const records = recordsOf(given);
      const expected = records.flatMap((record, n) => {
        if (record.kind !== 'event') return [];
        const barriers = records.slice(0, n).filter((one) => one.kind === 'barrier');
        const highest = Math.max(0, ...barriers.map(({ number }) => number));
        const first = barriers.find(({ number }) => number === highest);
        return [[record.offset, 1 + highest, first ? { offset: first.offset, appendedAtMs: first.appendedAtMs } : FIRST_OPENING]];
      });
      expect(eventsOf(planBatches(records, FROM, START))).toEqual(expected);
    }),
  );
});

test('batches follow one another up to behind the last record, and say when that was appended', () => {
  fc.assert(
    fc.property(numbers, (given) => {
      const records = recordsOf(given);
      const batches = planBatches(records, FROM, START);
      const ends = batches.map(({ to }) => to);
      expect(batches.map(({ from }) => from)).toEqual([FROM, ...ends].slice(0, batches.length));
      expect(ends.at(-1)).toBe(records.length === 0 ? undefined : (records.at(-1)?.offset ?? 0) + 1);
      for (const { from, to, appendedAtMs, records: own } of batches) {
        expect(records.filter(({ offset }) => offset >= from && offset < to).at(-1)?.appendedAtMs).toBe(appendedAtMs);
        expect(own).toEqual(records.filter(({ offset }) => offset >= from && offset < to));
      }
      const epochs = batches.map(({ epoch }) => epoch);
      expect(new Set(epochs).size).toBe(epochs.length);
    }),
  );
});

test('where reads end does not matter', () => {
  fc.assert(
    fc.property(numbers, fc.array(fc.nat(30)), (given, cuts) => {
      const records = recordsOf(given);
      let at: { readonly from: number; readonly epoch: number; readonly opening: Opening } = { from: FROM, ...START };
      const pieces: MicroBatch[] = [];
      const ends = [...new Set([...cuts, records.length])].toSorted((a, b) => a - b);
      for (const [n, end] of ends.entries()) {
        const batches = planBatches(records.slice(n === 0 ? 0 : ends[n - 1], end), at.from, at);
        pieces.push(...batches);
        const last = batches.at(-1);
        if (last) at = { from: last.to, epoch: last.epoch, opening: last.opening };
      }
      expect(eventsOf(pieces)).toEqual(eventsOf(planBatches(records, FROM, START)));
    }),
  );
});
