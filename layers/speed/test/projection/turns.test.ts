/** A backlog of events takes long; whatever else the process does goes on meanwhile. */
import { eventText, partitionOf } from '@rushes/domain';
import type { LogRecord, SpeedStore } from '@rushes/ports';
import { silentLogger } from '@rushes/runtime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { startSpeed } from '../../src/run-speed.ts';
import { drain, openProjectionCase, type ProjectionCase, START_MS } from './projection-case.ts';

let on: ProjectionCase;
/** Rounds of the event loop. */
let rounds: number;
let counting: NodeJS.Immediate;
const count = (): void => {
  rounds += 1;
  counting = setImmediate(count);
};

beforeEach(async () => {
  // How many records come at a time is a part of these tests.
  on = await openProjectionCase((log) => log);
  rounds = 0;
  counting = setImmediate(count);
});
afterEach(async () => {
  clearImmediate(counting);
  await on.close();
});

/** The rounds in which the store was told of micro-batches. */
const noting = (store: SpeedStore, noted: number[]): SpeedStore => ({
  ...store,
  async appendChange(...written) {
    noted.push(rounds);
    return store.appendChange(...written);
  },
});

/** The log gives at most so many records at a time. */
const PIECE = 4;
const inPieces = (look: (records: readonly LogRecord[]) => void): void => {
  const { log } = on;
  const range = log.range.bind(log);
  log.range = async function* (...asked) {
    for await (const records of range(...asked))
      for (let n = 0; n < records.length; n += PIECE) {
        look(records.slice(n, n + PIECE));
        yield records.slice(n, n + PIECE);
      }
  };
};

test('of all partitions together, one micro-batch is projected in a round of the event loop', async () => {
  const partitions = new Set<string>();
  for (let n = 0; n < 200; n++) {
    const movie = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    const partition = partitionOf('movie.ratings', movie);
    partitions.add(partition);
    const payload = { movie_id: movie, score: 7, user: null, at: '2026-01-05T10:00:00.000Z' };
    await on.log.append([{ partition, key: movie, id: `${n}`, value: eventText({ type: 'rating_given', version: 1, payload }) }]);
  }
  expect(partitions.size).toBe(6);
  const noted: number[] = [];
  const running = startSpeed(
    {
      log: on.log,
      speed: noting(on.store, noted),
      owners: on.store.owners,
      duplicateFilters: on.duplicateFilters,
      published: async () => undefined,
    },
    { logger: silentLogger, member: 'a', reject: async () => {}, nowMs: () => START_MS },
    { batchRecords: 5, waitMs: 1, turnMs: 0 },
  );
  await running.caughtUp();
  await running.stop();
  expect(noted.length).toBeGreaterThanOrEqual(40);
  expect(new Set(noted).size).toBe(noted.length);
});

test('an epoch that is projected again leaves a round to others before each micro-batch', async () => {
  await on.rate(...Array.from({ length: 40 }, (_, n) => 1 + (n % 10)));
  const upserts: number[] = [];
  const store: SpeedStore = {
    ...on.store,
    async upsert(...written) {
      upserts.push(rounds);
      return on.store.upsert(...written);
    },
  };
  const writer = await drain(await on.writer({}, store));
  const [coverage = expect.fail()] = await on.coverage();
  upserts.length = 0;
  writer.renew(coverage);
  await drain(writer);
  expect(upserts).toHaveLength(8);
  expect(new Set(upserts).size).toBe(8);
});

test('whoever begins in the middle of a long log reads the ids before it in pieces', async () => {
  await on.rate(...Array.from({ length: 30 }, () => 5));
  await drain(await on.writer());
  const reads: number[] = [];
  const begins = rounds;
  inPieces(() => void reads.push(rounds));
  await on.writer();
  expect(reads.length).toBeGreaterThanOrEqual(8);
  expect(rounds - begins).toBeGreaterThanOrEqual(8);
});

describe('who stops does not wait for what takes long', () => {
  /** Aborts in the middle: after so many records were read. */
  const abortedAfter = (records: number): AbortSignal => {
    const ended = new AbortController();
    let seen = 0;
    inPieces((piece) => {
      seen += piece.length;
      expect(seen).toBeLessThan(records + 20);
      if (seen >= records) ended.abort(new Error('stopped'));
    });
    return ended.signal;
  };

  test('of the ids of 48 hours', async () => {
    await on.rate(...Array.from({ length: 100 }, () => 5));
    await drain(await on.writer());
    await expect(on.writer({}, on.store, abortedAfter(40))).rejects.toThrow('stopped');
  });

  test('of an epoch that is projected again, which is begun anew later', async () => {
    await on.rate(...Array.from({ length: 100 }, (_, n) => 1 + (n % 10)));
    await drain(await on.writer());
    const [coverage = expect.fail()] = await on.coverage();
    const ended = new AbortController();
    let upserts = 0;
    const store: SpeedStore = {
      ...on.store,
      async upsert(...written) {
        if ((upserts += 1) === 3) ended.abort(new Error('stopped'));
        return on.store.upsert(...written);
      },
    };
    const writer = await on.writer({}, store, ended.signal);
    writer.renew(coverage);
    await expect(writer.step()).rejects.toThrow('stopped');
    expect([upserts, (await on.coverage())[0]?.generation, await on.told()]).toEqual([3, 0, await on.plain()]);
    const next = await on.writer();
    next.renew((await on.coverage())[0] ?? expect.fail());
    await drain(next);
    expect([(await on.coverage())[0]?.generation, await on.told()]).toEqual([2, await on.plain()]);
  });
});
