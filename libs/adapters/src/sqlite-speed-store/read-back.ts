/** What tests ask a store for. */
import type { PartitionId } from '@rushes/domain';
import type { ChangeRecord, Coverage, SpeedPosition, SpeedRow, SpeedStore } from '@rushes/ports';

/** All rows of one key. */
export const rowsOfKey = async (store: SpeedStore, view: string, key: string): Promise<readonly SpeedRow[]> => {
  const rows: SpeedRow[] = [];
  for await (const batch of store.scan(view, -1)) rows.push(...batch.filter((row) => row.key === key));
  return rows;
};

export const changesAfter = (store: SpeedStore, partition: PartitionId, after: number, limit: number): Promise<readonly ChangeRecord[]> =>
  store.changesAfter({ [partition]: after }, { limit });

export const coverageOf = async (store: SpeedStore): Promise<readonly Coverage[]> =>
  (await store.progress()).flatMap((one) => one.coverage);

export const positionOf = async (store: SpeedStore, partition: PartitionId): Promise<SpeedPosition | undefined> =>
  (await store.progress()).find((one) => one.partition === partition)?.position;
