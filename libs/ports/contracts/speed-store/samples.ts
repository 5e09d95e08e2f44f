import type { PartitionId } from '@rushes/domain';
import type { ChangeRecord, Coverage, SpeedKey, SpeedPosition, SpeedRow, SpeedStore, TimedRow } from '@rushes/ports';

/** Longer than any test. */
export const HOUR_MS = 3_600_000;

export const VIEW = 'title_stats#9f2c';
export const RATINGS: PartitionId = 'movie.ratings/2';
export const REVIEWS: PartitionId = 'movie.reviews/2';

/** 2026-01-02T03:04:05Z in µs: above 2^50. */
const OPENING_US = 1_767_323_045_000_000;

const keyOf = (of: Partial<SpeedKey>): SpeedKey => ({ view: VIEW, key: 'a', epoch: 7, partition: RATINGS, generation: 0, ...of });

/** A row as a writer makes it: the timestamp follows from the offset, and the same offset always has the same state. */
export const row = (lastOffset: number, key: Partial<SpeedKey> = {}): TimedRow => ({
  ...keyOf(key),
  lastOffset,
  appendedAtMs: 1_767_323_045_000 + (lastOffset % 1e9),
  state: JSON.stringify({ events: lastOffset }),
  timestampUs: OPENING_US + lastOffset,
});

/** The rows of these keys, each in what is given other than the row that `row` makes. */
export const find = (store: SpeedStore, ...keys: readonly Partial<SpeedKey>[]): Promise<readonly SpeedRow[]> =>
  store.readRows(keys.map(keyOf));

export const untimed = ({ timestampUs: _, ...rest }: TimedRow): SpeedRow => rest;

export const nameOf = ({ view, key, epoch, partition, generation }: SpeedKey): string =>
  JSON.stringify([view, epoch, key, partition, generation]);

/** In one order, so that what a store returns in any order can be compared. */
export const ordered = (rows: readonly SpeedRow[]): readonly SpeedRow[] =>
  rows.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0));

export const scanAll = async (store: SpeedStore, view: string, aboveEpoch: number): Promise<readonly SpeedRow[]> => {
  const rows: SpeedRow[] = [];
  for await (const batch of store.scan(view, aboveEpoch)) rows.push(...batch);
  return rows;
};

export const change = (from: number, to: number, of: Partial<ChangeRecord> = {}): ChangeRecord => {
  const { partition = RATINGS, epoch = 7, generation = 0 } = of;
  const rows = [untimed(row(to - 1, { partition, epoch, generation }))];
  return { partition, from, to, epoch, generation, appendedAtMs: 1_767_323_045_000 + to, rows, ...of };
};

/** The partition's change records after an offset. */
export const changesOf = (
  store: SpeedStore,
  after: number,
  limit = 100,
  partition: PartitionId = RATINGS,
): Promise<readonly ChangeRecord[]> => store.changesAfter({ [partition]: after }, { limit });

export const coverageOf = async (store: SpeedStore): Promise<readonly Coverage[]> =>
  (await store.progress()).flatMap((one) => one.coverage);

export const positionOf = async (store: SpeedStore, partition: PartitionId = RATINGS): Promise<SpeedPosition | undefined> =>
  (await store.progress()).find((one) => one.partition === partition)?.position;

export const coverage = (epoch: number, of: Partial<Coverage> = {}): Coverage => ({
  partition: RATINGS,
  epoch,
  generation: 0,
  from: 100 * epoch,
  begun: of.generation ?? 0,
  baseUs: OPENING_US - 100 * epoch,
  expiresAtMs: 1_767_323_045_000 + epoch,
  ...of,
});

export const position = (offset: number, of: Partial<SpeedPosition> = {}): SpeedPosition => ({
  partition: RATINGS,
  offset,
  epoch: 7,
  opening: { offset: 3, appendedAtMs: 1_767_323_045_000 },
  ...of,
});
