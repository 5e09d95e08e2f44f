/**
 * Folds a micro-batch into absolute states. Invariants: a state holds all of its key's events of the epoch up to its last offset, so an event at or
 * before that offset is in it already and is not folded again: replaying after a crash changes nothing. Every state that one of the batch's events is in
 * is told, also one that was found like that: whoever follows the change records may not have heard of it, since it was written without one, or the one
 * at hand replaces that one.
 */
import { type DuplicateFilter, judgeEvent, type PartitionId, type SilverRow, topicOf } from '@rushes/domain';
import type { EventRecord, SpeedKey, SpeedRow } from '@rushes/ports';
import { decodeState, emptyState, encodeState, type EventRow, foldEvent, keyOf, KEYED_VIEWS, type KeyedView } from '@rushes/views';

import type { MicroBatch } from './plan-batches.ts';

export interface RejectedEvent {
  readonly record: EventRecord;
  readonly reason: string;
}

export interface FoldedBatch {
  /** The states that changed: what has to be written. */
  readonly rows: readonly SpeedRow[];
  /** These, and those that held their events already: what has to be told. */
  readonly touched: readonly SpeedRow[];
  readonly rejected: readonly RejectedEvent[];
  readonly duplicates: number;
}

/** Finds the state of a key as it was left, if there is one. */
export type FindRow = (key: SpeedKey) => Promise<SpeedRow | undefined>;

const viewsOf = (partition: PartitionId): readonly KeyedView[] => KEYED_VIEWS.filter((view) => view.topic === topicOf(partition));

export const rowName = ({ view, key }: Pick<SpeedKey, 'view' | 'key'>): string => `${view} ${key}`;

interface Folding {
  readonly view: KeyedView;
  readonly key: SpeedKey;
  state: unknown;
  lastOffset: number;
  appendedAtMs: number;
  changed: boolean;
}

export const foldBatch = async (
  partition: PartitionId,
  batch: Pick<MicroBatch, 'epoch' | 'records'>,
  generation: number,
  duplicates: DuplicateFilter,
  findRow: FindRow,
): Promise<FoldedBatch> => {
  const views = viewsOf(partition);
  const folding = new Map<string, Folding>();
  const rejected: RejectedEvent[] = [];
  let duplicateCount = 0;

  const begin = async (view: KeyedView, key: SpeedKey): Promise<Folding> => {
    const row = await findRow(key);
    const state = row === undefined ? emptyState(view) : decodeState(view, row.state);
    return { view, key, state, lastOffset: row?.lastOffset ?? -1, appendedAtMs: row?.appendedAtMs ?? 0, changed: false };
  };
  const fold = async (record: EventRecord, silver: SilverRow): Promise<void> => {
    const row = { ...silver, offset: record.offset, epoch: batch.epoch } as unknown as EventRow; // as: silver rows hold cells alone
    for (const view of views) {
      if (!view.events.includes(silver.type)) continue;
      const key = { view: view.storedName, key: keyOf(view, row), epoch: batch.epoch, partition, generation };
      const name = rowName(key);
      let one = folding.get(name);
      if (one === undefined) folding.set(name, (one = await begin(view, key)));
      if (record.offset <= one.lastOffset) continue;
      one.state = foldEvent(view, one.state as never, row); // as never: the view's own state
      one.lastOffset = record.offset;
      one.appendedAtMs = record.appendedAtMs;
      one.changed = true;
    }
  };

  for (const record of batch.records) {
    if (record.kind === 'barrier') {
      duplicates.passBarrier(record.appendedAtMs);
      continue;
    }
    if (duplicates.isDuplicate(record.id, record.appendedAtMs)) {
      duplicateCount += 1;
      continue;
    }
    const judged = judgeEvent(record.value, { topic: topicOf(partition), key: record.key, appendedAtMs: record.appendedAtMs });
    if ('fault' in judged) rejected.push({ record, reason: judged.fault });
    else await fold(record, judged.row);
  }
  const rowOf = (one: Folding): SpeedRow => ({
    ...one.key,
    state: encodeState(one.state as Readonly<Record<string, unknown>>),
    lastOffset: one.lastOffset,
    appendedAtMs: one.appendedAtMs,
  });
  const states = [...folding.values()];
  const rows = states.filter((one) => one.changed).map(rowOf);
  return { rows, touched: [...rows, ...states.filter((one) => !one.changed).map(rowOf)], rejected, duplicates: duplicateCount };
};
