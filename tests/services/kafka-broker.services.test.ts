/** The event log on a broker of its own, which is killed, frozen and robbed of its newest records. */
import { readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { openKafkaEventLog } from '@rushes/adapters/kafka-event-log';
import { type LogOffsets, PARTITIONS, type PartitionId } from '@rushes/domain';
import type { EventLog, Followed } from '@rushes/ports';
import { readLog } from '@rushes/ports/contracts/read-log';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { needsServers } from './needs-servers.ts';
import { type OwnServers, startOwnServers } from './own-servers.ts';

const RATINGS: PartitionId = 'movie.ratings/3';
const WRITERS = 8;
const PREFIX = 'broker-';

const caught = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (result) => ({ result }),
    (error: unknown) => error,
  );

const idsIn = async (log: EventLog, partition: PartitionId): Promise<string[]> =>
  (await readLog(log, partition)).flatMap((record) => (record.kind === 'event' ? [record.id] : []));

/** Appends one record after another, each with an id of its own, and never again what failed. */
const appendUntil = async (
  log: EventLog,
  name: string,
  stop: AbortSignal,
  acknowledged: Set<string>,
  failed: Map<string, unknown>,
): Promise<void> => {
  for (let n = 0; !stop.aborted; n++) {
    const id = `${name} ${n}`;
    const partition = PARTITIONS[n % PARTITIONS.length] ?? RATINGS;
    try {
      await log.append([{ partition, key: 'key', id, value: `value of ${id}` }]);
      acknowledged.add(id);
    } catch (error) {
      failed.set(id, error);
      await sleep(20);
    }
  }
};

describe.skipIf(needsServers('kafka', 'registry'))('the event log on a broker that fails', () => {
  let servers: OwnServers;
  const opened: EventLog[] = [];
  const open = async (limits = {}): Promise<EventLog> => {
    const log = await openKafkaEventLog({
      brokers: [servers.address('kafka')],
      topicPrefix: PREFIX,
      registry: { url: servers.address('registry') },
      limits: { settleMs: 500, ...limits },
    });
    opened.push(log);
    return log;
  };
  beforeAll(async () => {
    servers = await startOwnServers(['kafka', 'registry']);
  });
  afterAll(async () => {
    for (const log of opened) await log.close();
    await servers.dispose();
  });

  /** Threads of the killed process may hold its port for a moment. */
  const restart = async (): Promise<void> => {
    await expect.poll(() => caught(servers.start('kafka'))).toEqual({ result: undefined });
  };

  /** Collects what following gives until the signal aborts. */
  const collect = async (log: EventLog, from: LogOffsets, signal: AbortSignal, seen: string[]): Promise<void> => {
    for await (const one of log.follow(from, signal)) {
      if ('fault' in one) throw one.fault;
      for (const record of one.records) if (record.kind === 'event') seen.push(record.id);
    }
  };

  test('killed under appends: what was acknowledged is there exactly once, what failed at most once; following goes on by itself', async () => {
    const log = await open({ requestTimeoutMs: 5_000 });
    const { next } = await log.bounds();
    const stop = new AbortController();
    const [acknowledged, failed, seen] = [new Set<string>(), new Map<string, unknown>(), [] as string[]];
    const following = collect(log, Object.fromEntries(PARTITIONS.map((partition) => [partition, next[partition] ?? 0])), stop.signal, seen);
    const writing = Array.from({ length: WRITERS }, (_, n) => appendUntil(log, `writer ${n}`, stop.signal, acknowledged, failed));
    for (let round = 0; round < 2; round++) {
      const before = acknowledged.size;
      await expect.poll(() => acknowledged.size).toBeGreaterThan(before + 200);
      await servers.kill('kafka');
      await expect.poll(() => failed.size).toBeGreaterThan(0);
      await restart();
      const restarted = acknowledged.size;
      await expect.poll(() => acknowledged.size).toBeGreaterThan(restarted + 200);
    }
    const ending = acknowledged.size;
    await expect.poll(() => acknowledged.size).toBeGreaterThan(ending);
    const isGiven = (): boolean => {
      const given = new Set(seen);
      return [...acknowledged].slice(0, ending).every((id) => given.has(id));
    };
    await expect.poll(isGiven).toBe(true);
    stop.abort();
    await Promise.all([...writing, following]);
    const stored = (await Promise.all(PARTITIONS.map((partition) => idsIn(log, partition)))).flat();
    const there = new Set(stored);
    expect(there.size, 'nothing is stored twice').toBe(stored.length);
    expect(
      [...acknowledged].filter((id) => !there.has(id)),
      'lost',
    ).toEqual([]);
    expect(
      stored.filter((id) => !acknowledged.has(id) && !failed.has(id)),
      'never appended',
    ).toEqual([]);
    expect(new Set(seen).size, 'nothing is given twice').toBe(seen.length);
    for (const error of failed.values())
      expect(error).toMatchObject({ name: expect.stringMatching(/^(StoreUnavailable|AppendOutcomeUnknown)$/) });
    expect(
      [...failed.values()].some((error) => (error as Error).name === 'AppendOutcomeUnknown'),
      'some were under way',
    ).toBe(true);
  });

  test('frozen: an append fails at its deadline, reading ends by its stall, and both go on afterwards', async () => {
    const log = await open({ requestTimeoutMs: 3_000, stallMs: 4_000, waitMs: 200 });
    const { next } = await log.bounds();
    const following = caught(collect(log, { [RATINGS]: next[RATINGS] ?? 0 }, new AbortController().signal, []));
    await log.append([{ partition: RATINGS, key: 'key', id: 'before', value: '' }]);
    await servers.freeze('kafka');
    try {
      expect(await caught(log.append([{ partition: RATINGS, key: 'key', id: 'frozen', value: '' }]))).toMatchObject({
        name: 'AppendOutcomeUnknown',
      });
      expect(await caught(log.append([{ partition: RATINGS, key: 'key', id: 'still', value: '' }]))).toMatchObject({
        name: 'StoreUnavailable',
      });
      expect(await caught(log.checkWritable())).toMatchObject({ name: 'StoreUnavailable' });
      expect(await caught(log.bounds())).toMatchObject({ name: 'StoreUnavailable' });
      expect(await following).toMatchObject({ name: 'StoreUnavailable' });
    } finally {
      await servers.resume('kafka');
    }
    await expect.poll(() => caught(log.checkWritable())).toEqual({ result: undefined });
    // A broker that wakes on a busy machine may miss a deadline once more.
    await expect
      .poll(() => caught(log.append([{ partition: RATINGS, key: 'key', id: 'after', value: '' }])))
      .toMatchObject({ result: [{ partition: RATINGS }] });
    const ids = await idsIn(log, RATINGS);
    expect(ids.slice(-1)).toEqual(['after']);
    expect(ids).not.toContain('still');
  });

  test('robbed of its newest records and filled again: who has read them notices by the leader epoch, also where the offsets are there again', async () => {
    const log = await open();
    // The broker stood still a moment ago.
    let n = 0;
    await expect
      .poll(() => caught(log.append([{ partition: RATINGS, key: 'key', id: `kept ${n++}`, value: '' }])))
      .not.toBeInstanceOf(Error);
    const { next } = await log.bounds();
    for (let lost = 0; lost < 20; lost++) await log.append([{ partition: RATINGS, key: 'key', id: `lost ${lost}`, value: '' }]);
    const stop = new AbortController();
    const given: Followed[] = [];
    const countGiven = () => given.reduce((sum, one) => sum + ('records' in one ? one.records.length : 0), 0);
    // Reads on only when the offsets are there again: before that, the log's end would tell.
    const { promise: isRefilled, resolve: refilled } = Promise.withResolvers<void>();
    const following = (async () => {
      for await (const one of log.follow({ [RATINGS]: next[RATINGS] ?? 0 }, stop.signal)) {
        given.push(one);
        if ('fault' in one || countGiven() > 20) stop.abort();
        else if (countGiven() === 20) await isRefilled;
      }
    })();
    await expect.poll(countGiven).toBe(20);
    await servers.kill('kafka');
    const folder = join(servers.folder('kafka'), 'data', `${PREFIX}movie.ratings-3`);
    const segment =
      (await readdir(folder))
        .filter((name) => name.endsWith('.log'))
        .toSorted()
        .at(-1) ?? '';
    const { size } = await stat(join(folder, segment));
    // The last batch in part: recovery takes what is left of it away too.
    await truncate(join(folder, segment), size - 700);
    await restart();
    const other = await open();
    for (let more = 0; more < 40; more++) await other.append([{ partition: RATINGS, key: 'key', id: `other ${more}`, value: '' }]);
    refilled();
    await following;
    const fault = given.at(-1);
    expect(fault).toMatchObject({ partition: RATINGS, fault: { name: 'LogTruncatedError', offset: (next[RATINGS] ?? 0) + 20 } });
    expect(countGiven(), 'none of the other records was given in the place of what was lost').toBe(20);
    expect(log.id, 'the identity does not tell').toBe(other.id);
  });
});
