/**
 * Folds a micro-batch into absolute states. Invariants: a state holds all of its key's events of the epoch up to its last offset, so an event at or
 * before that offset is in it already and is not folded again: replaying after a crash changes nothing. Every state that one of the batch's events is in
 * is told, also one that was found like that: whoever follows the change records may not have heard of it, since it was written without one, or the one
 * at hand replaces that one.
 */
import { type DuplicateFilter, judgeEvent, type PartitionId, type SilverRow, topicOf } from '@rushes/domain';
import { changeBytes, type EventRecord, type LogRecord, type SpeedKey, type SpeedRow } from '@rushes/ports';
import { decodeState, emptyState, encodeState, type EventRow, foldEvent, keyOf, KEYED_VIEWS, type KeyedView } from '@rushes/views';

export interface RejectedEvent {
  readonly record: EventRecord;
  readonly reason: string;
}

/** An event that counts. */
export interface JudgedEvent {
  readonly offset: number;
  readonly appendedAtMs: number;
  readonly silver: SilverRow;
}

export interface Judged {
  readonly events: readonly JudgedEvent[];
  readonly rejected: readonly RejectedEvent[];
  readonly duplicates: number;
}

/** Where states belong. */
export interface FoldTarget {
  readonly partition: PartitionId;
  readonly epoch: number;
  readonly generation: number;
}

export interface FoldedEvents {
  /** How many events are in it. */
  readonly events: readonly JudgedEvent[];
  /** The states that changed: what has to be written. */
  readonly rows: readonly SpeedRow[];
  /** These, and those that held their events already: what has to be told. */
  readonly touched: readonly SpeedRow[];
}

/** States by `rowName`. */
export type KnownRows = ReadonlyMap<string, SpeedRow>;

export const rowName = ({ view, key }: Pick<SpeedKey, 'view' | 'key'>): string => `${view} ${key}`;

/** Which of a partition's records count. Each is shown to the filter once, in their order. */
export const judgeRecords = (partition: PartitionId, records: readonly LogRecord[], duplicates: DuplicateFilter): Judged => {
  const events: JudgedEvent[] = [];
  const rejected: RejectedEvent[] = [];
  let duplicateCount = 0;
  for (const record of records) {
    if (record.kind === 'barrier') {
      duplicates.passBarrier(record.appendedAtMs);
      continue;
    }
    if (duplicates.isDuplicate(record.id, record.appendedAtMs)) {
      duplicateCount += 1;
      continue;
    }
    const { offset, appendedAtMs, key } = record;
    const judged = judgeEvent(record.value, { topic: topicOf(partition), key, appendedAtMs });
    if ('fault' in judged) rejected.push({ record, reason: judged.fault });
    else events.push({ offset, appendedAtMs, silver: judged.row });
  }
  return { events, rejected, duplicates: duplicateCount };
};

const rowOf = ({ offset, silver }: JudgedEvent, epoch: number): EventRow => ({ ...silver, offset, epoch });

/** The views that an event is in. */
const viewsOf = ({ silver }: JudgedEvent, partition: PartitionId): readonly KeyedView[] =>
  KEYED_VIEWS.filter((view) => view.topic === topicOf(partition) && view.events.includes(silver.type));

const speedKeyOf = (view: KeyedView, row: EventRow, target: FoldTarget): SpeedKey => ({
  view: view.storedName,
  key: keyOf(view, row),
  ...target,
});

/** The keys whose states have to be known before these events are folded, each once. */
export const keysOf = (target: FoldTarget, events: readonly JudgedEvent[]): readonly SpeedKey[] => {
  const keys = new Map<string, SpeedKey>();
  for (const event of events) {
    const row = rowOf(event, target.epoch);
    for (const view of viewsOf(event, target.partition)) {
      const key = speedKeyOf(view, row, target);
      keys.set(rowName(key), key);
    }
  }
  return [...keys.values()];
};

interface Folding {
  readonly view: KeyedView;
  readonly key: SpeedKey;
  state: unknown;
  lastOffset: number;
  appendedAtMs: number;
  changed: boolean;
}

const begin = (view: KeyedView, key: SpeedKey, row: SpeedRow | undefined): Folding => ({
  view,
  key,
  state: row === undefined ? emptyState(view) : decodeState(view, row.state),
  lastOffset: row?.lastOffset ?? -1,
  appendedAtMs: row?.appendedAtMs ?? 0,
  changed: false,
});

const foldAll = (target: FoldTarget, events: readonly JudgedEvent[], known: KnownRows): FoldedEvents => {
  const folding = new Map<string, Folding>();
  for (const event of events) {
    const row = rowOf(event, target.epoch);
    for (const view of viewsOf(event, target.partition)) {
      const key = speedKeyOf(view, row, target);
      const name = rowName(key);
      const one = folding.get(name) ?? begin(view, key, known.get(name));
      folding.set(name, one);
      if (event.offset <= one.lastOffset) continue;
      one.state = foldEvent(view, one.state as never, row); // as never: the view's own state
      one.lastOffset = event.offset;
      one.appendedAtMs = event.appendedAtMs;
      one.changed = true;
    }
  }
  const speedRowOf = (one: Folding): SpeedRow => ({
    ...one.key,
    state: encodeState(one.state as Readonly<Record<string, unknown>>), // as: every state is one
    lastOffset: one.lastOffset,
    appendedAtMs: one.appendedAtMs,
  });
  const states = [...folding.values()];
  const rows = states.filter((one) => one.changed).map(speedRowOf);
  return { events, rows, touched: [...rows, ...states.filter((one) => !one.changed).map(speedRowOf)] };
};

/**
 * The states after events of one epoch, in as many pieces as it takes for each to fit into a change record: one, but for very large states.
 * @param known states as they were left, of all keys of the events that have one.
 */
export const foldEvents = (
  target: FoldTarget,
  events: readonly JudgedEvent[],
  known: KnownRows,
  maxBytes: number,
): readonly FoldedEvents[] => {
  const folded = foldAll(target, events, known);
  if (events.length < 2 || folded.touched.reduce((sum, row) => sum + changeBytes(row), 0) <= maxBytes) return [folded];
  const half = events.length >> 1;
  const first = foldEvents(target, events.slice(0, half), known, maxBytes);
  const left = new Map(known);
  for (const { rows } of first) for (const row of rows) left.set(rowName(row), row);
  return [...first, ...foldEvents(target, events.slice(half), left, maxBytes)];
};
