import type { PartitionId } from '@rushes/domain';
import { expect, test } from 'vitest';

import { appendQueue, checkSizes } from './append.ts';
import type { Stored } from './produce.ts';
import type { PreparedRecord } from './records.ts';
import { topicsOf } from './topics.ts';

const TOPICS = topicsOf('', { replicationFactor: 1, minInsyncReplicas: 1 });
const [RATINGS, REVIEWS] = ['movie.ratings/3', 'movie.reviews/5'] satisfies [PartitionId, PartitionId];
const MEGABYTE = 1_048_576;

const record = (partition: PartitionId, name: string, bytes = 100): PreparedRecord => ({
  partition,
  bytes,
  message: { topic: partition, value: Buffer.from(name) },
});

/** A producer whose rounds end when the test says so. */
const heldProducer = () => {
  const rounds: { readonly names: string[]; readonly end: (stored: Stored) => void }[] = [];
  return {
    rounds,
    producer: {
      send: (records: readonly PreparedRecord[]) =>
        new Promise<Stored>((end) => void rounds.push({ names: records.map(({ message }) => message.value.toString()), end })),
      close: () => {},
    },
  };
};
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test('what arrives while a round is under way goes with the next one, in order', async () => {
  const { rounds, producer } = heldProducer();
  const queue = appendQueue(TOPICS, producer);
  const first = queue.append([record(RATINGS, 'a')]);
  const others = [queue.append([record(RATINGS, 'b'), record(REVIEWS, 'c')]), queue.append([record(RATINGS, 'd')])];
  expect(rounds.map(({ names }) => names)).toEqual([['a']]);
  rounds[0]?.end(new Map([[RATINGS, 10]]));
  expect(await first).toEqual([{ partition: RATINGS, offset: 10 }]);
  await turn();
  expect(rounds[1]?.names).toEqual(['b', 'c', 'd']);
  rounds[1]?.end(
    new Map([
      [RATINGS, 20],
      [REVIEWS, 5],
    ]),
  );
  expect(await Promise.all(others)).toEqual([
    [
      { partition: RATINGS, offset: 20 },
      { partition: REVIEWS, offset: 5 },
    ],
    [{ partition: RATINGS, offset: 21 }],
  ]);
});

test('a round that failed in one partition fails the calls that have records there, and no other', async () => {
  const { rounds, producer } = heldProducer();
  const queue = appendQueue(TOPICS, producer);
  const blocking = queue.append([record(RATINGS, 'a')]);
  const calls = [
    queue.append([record(RATINGS, 'b')]),
    queue.append([record(RATINGS, 'c'), record(REVIEWS, 'd')]),
    queue.append([record(REVIEWS, 'e')]),
  ];
  rounds[0]?.end(new Map([[RATINGS, 0]]));
  await blocking;
  await turn();
  const failure = new Error('refused');
  rounds[1]?.end(
    new Map<PartitionId, number | Error>([
      [RATINGS, 1],
      [REVIEWS, failure],
    ]),
  );
  expect(await Promise.allSettled(calls)).toEqual([
    { status: 'fulfilled', value: [{ partition: RATINGS, offset: 1 }] },
    { status: 'rejected', reason: failure },
    { status: 'rejected', reason: failure },
  ]);
});

test('a partition that the answer leaves out is no success', async () => {
  const { rounds, producer } = heldProducer();
  const call = appendQueue(TOPICS, producer).append([record(RATINGS, 'a')]);
  rounds[0]?.end(new Map());
  await expect(call).rejects.toThrow(/did not say/);
});

test('what is too much for a batch goes with several rounds, and after a failure the rest is not sent', async () => {
  const { rounds, producer } = heldProducer();
  const queue = appendQueue(TOPICS, producer);
  const large = queue.append(['a', 'b', 'c', 'd'].map((name) => record(RATINGS, name, 0.4 * MEGABYTE)));
  const next = queue.append([record(RATINGS, 'e')]);
  expect(rounds[0]?.names).toEqual(['a', 'b']);
  rounds[0]?.end(new Map([[RATINGS, 7]]));
  await turn();
  expect(rounds[1]?.names).toEqual(['c', 'd', 'e']);
  rounds[1]?.end(new Map([[RATINGS, 9]]));
  expect((await large).map(({ offset }) => offset)).toEqual([7, 8, 9, 10]);
  expect((await next).map(({ offset }) => offset)).toEqual([11]);
  const failing = queue.append(['f', 'g', 'h'].map((name) => record(RATINGS, name, 0.4 * MEGABYTE)));
  const after = queue.append([record(RATINGS, 'i')]);
  const failure = new Error('gone');
  rounds[2]?.end(new Map([[RATINGS, failure]]));
  await expect(failing).rejects.toBe(failure);
  await turn();
  expect(rounds[3]?.names).toEqual(['i']);
  rounds[3]?.end(new Map([[RATINGS, 20]]));
  await after;
  await queue.close();
  expect(rounds).toHaveLength(4);
});

test('a record that no batch has room for is refused by its name', () => {
  const name = (at: number): string => `record ${at + 1}`;
  expect(() => checkSizes(TOPICS, [record(RATINGS, 'a'), record(RATINGS, 'b', MEGABYTE)], name)).toThrow(/^record 2 is of 1048576 bytes/);
  expect(() => checkSizes(TOPICS, [record(RATINGS, 'a', MEGABYTE - 100)], name)).not.toThrow();
});
