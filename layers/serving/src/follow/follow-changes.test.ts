/** What a follower of changes tells, and what it does when something is away. */
import { PARTITIONS, type PartitionId } from '@rushes/domain';
import { type ChangeRecord, type PartitionProgress, type SpeedRow, StoreUnavailable } from '@rushes/ports';
import { KEYED_VIEWS } from '@rushes/views';
import { expect, test, vi } from 'vitest';

import type { Snapshot } from '../merge/snapshot.ts';
import { createChangeFeed } from './change-feed.ts';
import { changesFollower } from './follow-changes.ts';
import { follow } from './follower.ts';
import { readChanges } from './read-changes.ts';

const [FIRST, SECOND] = PARTITIONS as readonly [PartitionId, PartitionId, ...PartitionId[]]; // as: there are 18
const VIEW = KEYED_VIEWS[0]?.storedName ?? '';
const at = (first: number, second = 0): Record<PartitionId, number> => ({ ...ZEROES, [FIRST]: first, [SECOND]: second });
const ZEROES = Object.fromEntries(PARTITIONS.map((partition) => [partition, 0]));
const textAt = (first: number, second = 0): string =>
  PARTITIONS.map((one) => (one === FIRST ? first : one === SECOND ? second : 0)).join('.');

const record = (partition: PartitionId, from: number, to: number, movies: readonly string[]): ChangeRecord => ({
  partition,
  from,
  to,
  epoch: 1,
  generation: 0,
  appendedAtMs: 0,
  rows: movies.map((key): SpeedRow => ({
    view: VIEW,
    key,
    epoch: 1,
    partition,
    generation: 0,
    state: '{}',
    lastOffset: to - 1,
    appendedAtMs: 0,
  })),
});

/** Change records in memory, and how often they were read. */
const speedOf = (records: readonly ChangeRecord[], written: Partial<Record<PartitionId, number>> = {}) => ({
  changesAfter: vi.fn<(after: Partial<Record<PartitionId, number>>, query: { readonly limit: number }) => Promise<readonly ChangeRecord[]>>(
    async (after, { limit }) =>
      Object.entries(after).flatMap(([partition, offset]) =>
        records.filter((one) => one.partition === partition && one.to > (offset ?? 0)).slice(0, limit),
      ),
  ),
  progress: async () =>
    Object.entries(written).map(
      ([partition, offset]) => ({ partition, position: { offset }, coverage: [] }) as unknown as PartitionProgress,
    ), // as: what is read of it
});
const GATE = { run: <T>(work: () => Promise<T>): Promise<T> => work() };

const snapshotAt = (position: Record<PartitionId, number>, version = 1): Snapshot =>
  ({
    publication: { number: version, version, cutAt: '', publishedAt: '' },
    missing: [],
    overlay: { position },
  }) as unknown as Snapshot; // as: what a follower looks at
const contextOf = (snapshot: () => Snapshot, heartbeatMs = 60_000) => ({
  snapshots: { peek: snapshot, onChange: () => () => undefined },
  heartbeatMs,
  deadlineMs: 1_000,
});

const told = async (pieces: AsyncIterable<string>): Promise<readonly string[]> => {
  const all: string[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
};
const ids = (piece: string): readonly string[] => [...piece.matchAll(/^id: (.*)$/gm)].map(([, id = '']) => id);
const movies = (piece: string): readonly string[] => [...piece.matchAll(/"movie_id":"([^"]*)"/g)].map(([, id = '']) => id);

test('a record of several titles is told as a whole: the last of them that is wanted has its position', async () => {
  const speed = speedOf([record(FIRST, 0, 2, ['a', 'b', 'c']), record(FIRST, 2, 3, ['d']), record(SECOND, 0, 1, ['a'])]);
  const feed = createChangeFeed(speed, GATE);
  const snapshot = snapshotAt(at(3, 1));
  const look = (filter: Parameters<typeof changesFollower>[1]['filter']) =>
    told(
      changesFollower(
        contextOf(() => snapshot),
        { feed, filter, since: at(0) },
      ).look(snapshot),
    );
  const all = (await look(undefined)).slice(1);
  expect(all.map(movies)).toEqual([['a', 'b', 'c'], ['d'], ['a']]);
  expect(all.map(ids)).toEqual([[textAt(2)], [textAt(3)], [textAt(3, 1)]]);
  expect(all[0]?.indexOf('id: ')).toBeGreaterThan(all[0]?.indexOf('"b"') ?? 0);
  const some = (await look({ movies: new Set(['a', 'b']) })).slice(1);
  expect([some.map(movies), some.map(ids)]).toEqual([
    [['a', 'b'], ['a']],
    [[textAt(2)], [textAt(3, 1)]],
  ]);
  // Both read the same, once.
  expect(speed.changesAfter).toHaveBeenCalledTimes(1);
});

test('nothing beyond what is served is told, and nothing twice', async () => {
  const feed = createChangeFeed(speedOf([record(FIRST, 0, 2, ['a']), record(FIRST, 2, 4, ['b'])]), GATE);
  const snapshots = [snapshotAt(at(3)), snapshotAt(at(3)), snapshotAt(at(4))];
  const follower = changesFollower(
    contextOf(() => snapshotAt(at(0))),
    { feed, filter: undefined, since: at(0) },
  );
  const looks = [];
  for (const snapshot of snapshots) looks.push((await told(follower.look(snapshot))).flatMap(movies));
  expect(looks).toEqual([['a'], [], ['b']]);
});

test('more than one read has room for is told all the same, in order', async () => {
  const count = 120;
  const speed = speedOf(Array.from({ length: count }, (_, n) => record(FIRST, n, n + 1, [String(n)])));
  const snapshot = snapshotAt(at(count));
  const follower = changesFollower(
    contextOf(() => snapshot),
    { feed: createChangeFeed(speed, GATE), filter: undefined, since: at(0) },
  );
  const pieces = (await told(follower.look(snapshot))).slice(1);
  expect(pieces.flatMap(movies)).toEqual(Array.from({ length: count }, (_, n) => String(n)));
  expect(pieces.flatMap(ids)).toEqual(Array.from({ length: count }, (_, n) => textAt(n + 1)));
});

test('a version is told before the changes that are served with it, and once', async () => {
  const feed = createChangeFeed(speedOf([record(FIRST, 0, 1, ['a']), record(FIRST, 1, 2, ['b'])]), GATE);
  const follower = changesFollower(
    contextOf(() => snapshotAt(at(0))),
    { feed, filter: undefined, since: at(0) },
  );
  const pieces = [...(await told(follower.look(snapshotAt(at(1))))), ...(await told(follower.look(snapshotAt(at(2), 2))))];
  expect(pieces.map((piece) => /^event: (.*)$/m.exec(piece)?.[1])).toEqual(['version', 'change', 'version', 'change']);
  expect(pieces.map(ids)).toEqual([[textAt(0)], [textAt(1)], [textAt(1)], [textAt(2)]]);
});

test('a store that is away is asked again; what was told is not told again, and the stream says where it is meanwhile', async () => {
  vi.useFakeTimers();
  try {
    const speed = speedOf([record(FIRST, 0, 1, ['a'])]);
    const read = speed.changesAfter.getMockImplementation();
    speed.changesAfter.mockRejectedValue(new StoreUnavailable({ location: 'memory', operation: 'changesAfter', reason: 'is away' }));
    const snapshot = snapshotAt(at(1));
    const context = contextOf(() => snapshot, 2_500);
    const over = new AbortController();
    const follower = changesFollower(context, { feed: createChangeFeed(speed, GATE), filter: undefined, since: at(0) });
    const pieces: string[] = [];
    const following = (async () => {
      for await (const piece of follow(context, follower, over.signal)) pieces.push(piece);
    })();
    await vi.advanceTimersByTimeAsync(3_500);
    expect(pieces.slice(1)).toEqual([`id: ${textAt(0)}\n\n`]);
    if (read !== undefined) speed.changesAfter.mockImplementation(read);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(pieces.slice(2).flatMap(movies)).toEqual(['a']);
    over.abort();
    await following;
  } finally {
    vi.useRealTimers();
  }
});

test('a hole in the records is no end of them: 410, also where all have expired', async () => {
  const gone = expect.objectContaining({ status: 410 });
  const [later, none] = [speedOf([record(FIRST, 2, 4, ['b'])]), speedOf([], { [FIRST]: 4 })];
  await expect(readChanges(later, at(1), at(4), 10)).rejects.toEqual(gone);
  await expect(readChanges(none, at(1), at(4), 10)).rejects.toEqual(gone);
  // The speed layer has not come so far: they may come yet.
  expect(await readChanges(speedOf([], { [FIRST]: 1 }), at(1), at(4), 10)).toMatchObject({ changes: [], more: true });
  expect(await readChanges(later, at(2), at(4), 10)).toMatchObject({ more: false, reached: at(4) });
});

test('records that came between two reads are not taken for expired ones', async () => {
  const records: ChangeRecord[] = [];
  const speed = speedOf(records, { [FIRST]: 1 });
  const progress = async () => {
    records.push(record(FIRST, 0, 1, ['a']));
    return speed.progress();
  };
  expect(await readChanges({ ...speed, progress }, at(0), at(1), 10)).toMatchObject({ more: false, reached: at(1) });
});
