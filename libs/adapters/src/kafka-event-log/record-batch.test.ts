import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { takeApart } from './fetch.ts';
import { createRecordsBatch, type MessageRecord } from './for-tests/client-words.ts';
import { BARRIER_HEADER, ID_HEADER, readBatches } from './record-batch.ts';

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const message = fc.record({
  key: fc.option(bytes, { nil: null }),
  value: fc.option(bytes, { nil: null }),
  timestamp: fc.bigInt({ min: 1_700_000_000_000n, max: 1_700_000_900_000n }),
  headers: fc.array(fc.tuple(fc.oneof(fc.constant(ID_HEADER), fc.constant(BARRIER_HEADER), bytes), bytes), { maxLength: 4 }),
});
type Message = typeof message extends fc.Arbitrary<infer One> ? One : never;
const compression = fc.constantFrom('none', 'gzip', 'snappy', 'lz4', 'zstd');

/** A batch as the client writes it, at an offset that the broker puts in. */
const batchOf = (messages: readonly Message[], baseOffset: number, algorithm = 'none'): Buffer => {
  const records = messages.map(({ key, value, timestamp, headers }): MessageRecord => ({
    topic: 't',
    key: key as never,
    value: value as never,
    timestamp,
    headers: new Map(headers),
  })); // as never: null is none
  const batch = Buffer.from(createRecordsBatch(records, { compression: algorithm as 'none' }).buffer); // as: one of the client's
  batch.writeBigInt64BE(BigInt(baseOffset), 0);
  batch.writeInt32BE(7, 12);
  return batch;
};
const first = (headers: Message['headers'], name: Buffer) => [...new Map(headers)].find(([one]) => one.equals(name))?.[1];

const SIMPLE: Message = { key: Buffer.from('k'), value: Buffer.from('v'), timestamp: 1_700_000_000_000n, headers: [] };

test('records are those that the client wrote, compressed or not', () => {
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 20 }), fc.nat(), compression, (messages, baseOffset, algorithm) => {
      const { batches, damagedAt } = readBatches(batchOf(messages, baseOffset, algorithm));
      expect(damagedAt).toBeUndefined();
      expect(batches).toEqual([
        {
          end: baseOffset + messages.length,
          leaderEpoch: 7,
          records: messages.map(({ key, value, timestamp, headers }, at) => ({
            offset: baseOffset + at,
            appendedAtMs: Number(timestamp),
            key,
            value,
            id: first(headers, ID_HEADER),
            barrier: first(headers, BARRIER_HEADER),
          })),
        },
      ]);
    }),
  );
});

test('a batch whose bytes were changed is damaged, and what lies before it is not', () => {
  const sound = batchOf([SIMPLE, SIMPLE], 10);
  fc.assert(
    fc.property(fc.nat({ max: sound.length - 17 - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = batchOf([SIMPLE, SIMPLE], 12);
      changed[17 + at] = (changed[17 + at] ?? 0) ^ change;
      const { batches, damagedAt } = readBatches(Buffer.concat([sound, changed]));
      expect([batches.length, damagedAt]).toEqual([1, 12]);
    }),
  );
});

test('the last batch of an answer may be cut off', () => {
  const [one, other] = [batchOf([SIMPLE], 10), batchOf([SIMPLE], 11)];
  for (let length = 0; length < other.length; length++) {
    const { batches, damagedAt } = readBatches(Buffer.concat([one, other.subarray(0, length)]));
    expect([batches.map(({ end }) => end), damagedAt]).toEqual([[11], undefined]);
  }
});

const NO_HEADERS = { id: undefined, barrier: undefined, traceparent: undefined, tracestate: undefined };

test('records before the position are left out, and batches without records move it on', () => {
  const record = (offset: number) => ({ offset, appendedAtMs: 0, key: null, value: null, ...NO_HEADERS });
  const batches = [
    { end: 3, leaderEpoch: 1, records: [record(2)] },
    { end: 6, leaderEpoch: 2, records: [record(3), record(4), record(5)] },
    { end: 9, leaderEpoch: 4, records: [] },
  ];
  const { records, next } = takeApart(batches, { offset: 4, epoch: -1 });
  expect(records.map(({ offset }) => offset)).toEqual([4, 5]);
  expect(next).toEqual({ offset: 9, epoch: 4 });
  expect(takeApart([], { offset: 4, epoch: 2 })).toEqual({ records: [], next: { offset: 4, epoch: 2 } });
});
