/**
 * What a partition's events say, key by key and epoch by epoch, in the plainest way: all records are looked at, one by one, with all before them. Nothing
 * of the speed layer is used here.
 */
import { judgeEvent, type PartitionId, topicOf } from '@rushes/domain';
import type { EventRecord, LogRecord } from '@rushes/ports';
import { emptyState, encodeState, type EventRow, foldEvent, isFolded, keyOf, KEYED_VIEWS } from '@rushes/views';

const HOUR_MS = 3_600_000;
const WINDOW_MS = 72 * HOUR_MS;
const LONGEST_STEP_MS = 24 * HOUR_MS;

/** By view, key and epoch, the state as text and the offset of its last event. */
export type Told = Readonly<Record<string, readonly [state: string, lastOffset: number]>>;

export const nameOf = (view: string, key: string, epoch: number): string => `${view} ${key} in ${epoch}`;

const isEvent = (record: LogRecord): record is EventRecord => record.kind === 'event';

/** The time between records, in which a step counts as a day at most. The log's times do not go down. */
const countedMs = (records: readonly LogRecord[]): number =>
  records.slice(1).reduce((sum, { appendedAtMs }, n) => sum + Math.min(appendedAtMs - (records[n]?.appendedAtMs ?? 0), LONGEST_STEP_MS), 0);

const isDuplicate = (record: EventRecord, before: readonly LogRecord[]): boolean => {
  const last = before.findLastIndex((other) => isEvent(other) && other.id === record.id);
  return last !== -1 && countedMs([...before.slice(last), record]) <= WINDOW_MS;
};

const epochOf = (before: readonly LogRecord[]): number =>
  1 + Math.max(0, ...before.map((record) => (record.kind === 'barrier' ? record.number : 0)));

export const plainFold = (partition: PartitionId, records: readonly LogRecord[]): Told => {
  const told: Record<string, [string, number]> = {};
  const states = new Map<string, unknown>();
  for (const [n, record] of records.entries()) {
    const before = records.slice(0, n);
    if (!isEvent(record) || isDuplicate(record, before)) continue;
    const judged = judgeEvent(record.value, { topic: topicOf(partition), key: record.key, appendedAtMs: record.appendedAtMs });
    if ('fault' in judged) continue;
    const epoch = epochOf(before);
    const row = { ...judged.row, offset: record.offset, epoch } as unknown as EventRow; // as: silver rows hold cells alone
    for (const view of KEYED_VIEWS) {
      if (view.topic !== topicOf(partition) || !isFolded(view, row)) continue;
      const name = nameOf(view.storedName, keyOf(view, row), epoch);
      const state = foldEvent(view, (states.get(name) ?? emptyState(view)) as never, row); // as never: the view's own state
      states.set(name, state);
      told[name] = [encodeState(state), record.offset];
    }
  }
  return told;
};
