/**
 * Folds a micro-batch into absolute states. Invariants: a state holds all of its key's events of the epoch up to its last offset, so an event at or
 * before that offset is in it already and is not folded again: replaying after a crash changes nothing. Every state that one of the batch's events is in
 * is told, also one that was found like that: whoever follows the change records may not have heard of it, since it was written without one, or the one
 * at hand replaces that one.
 */
import { type DuplicateFilter, judgeEvent, type PartitionId, type SilverRow, topicOf } from '@rushes/domain';
import { changeBytes, type EventRecord, type LogRecord, type SpeedKey, type SpeedRow } from '@rushes/ports';
import {
  decodeState,
  emptyState,
  encodeState,
  type EventRow,
  foldEvent,
  isFolded,
  keyOf,
  KEYED_VIEWS,
  type KeyedView,
} from '@rushes/views';

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

/** One of the states that an event is folded into. */
interface Place {
  readonly view: KeyedView;
  readonly key: SpeedKey;
  /** The key's `rowName`. */
  readonly name: string;
}

/** An event with all that folding it takes. */
export interface PlacedEvent {
  readonly event: JudgedEvent;
  readonly row: EventRow;
  readonly places: readonly Place[];
}

/** The views that events of a type may be in; an event's type belongs to one topic. */
const VIEWS_OF: ReadonlyMap<string, readonly KeyedView[]> = new Map(
  [...new Set(KEYED_VIEWS.flatMap((view) => view.events))].map((type) => [type, KEYED_VIEWS.filter((view) => view.events.includes(type))]),
);

/** Where these events belong. */
export const placeEvents = (target: FoldTarget, events: readonly JudgedEvent[]): readonly PlacedEvent[] => {
  return events.map((event) => {
    const row: EventRow = { ...event.silver, offset: event.offset, epoch: target.epoch };
    const views = (VIEWS_OF.get(event.silver.type) ?? []).filter((view) => isFolded(view, row));
    const places = views.map((view): Place => {
      const key: SpeedKey = { view: view.storedName, key: keyOf(view, row), ...target };
      return { view, key, name: rowName(key) };
    });
    return { event, row, places };
  });
};

/** The keys whose states have to be known before these events are folded, by their `rowName`. */
export const keysOf = (placed: readonly PlacedEvent[]): ReadonlyMap<string, SpeedKey> =>
  new Map(placed.flatMap(({ places }) => places.map(({ name, key }) => [name, key] as const)));

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

const foldAll = (placed: readonly PlacedEvent[], known: KnownRows): FoldedEvents => {
  const folding = new Map<string, Folding>();
  for (const { event, row, places } of placed) {
    for (const { view, key, name } of places) {
      let one = folding.get(name);
      if (one === undefined) folding.set(name, (one = begin(view, key, known.get(name))));
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
  return { events: placed.map(({ event }) => event), rows, touched: [...rows, ...states.filter((one) => !one.changed).map(speedRowOf)] };
};

/**
 * The states after events of one epoch, in as many pieces as it takes for each to fit into a change record: one, but for very large states.
 * @param known states as they were left, of all keys of the events that have one.
 */
export const foldEvents = (placed: readonly PlacedEvent[], known: KnownRows, maxBytes: number): readonly FoldedEvents[] => {
  const folded = foldAll(placed, known);
  if (placed.length < 2 || folded.touched.reduce((sum, row) => sum + changeBytes(row), 0) <= maxBytes) return [folded];
  const half = placed.length >> 1;
  const first = foldEvents(placed.slice(0, half), known, maxBytes);
  const left = new Map(known);
  for (const { rows } of first) for (const row of rows) left.set(rowName(row), row);
  return [...first, ...foldEvents(placed.slice(half), left, maxBytes)];
};
