/**
 * The plain recompute that an audit compares with: every event of a partition from the first one on, or from the archive's opening balance on, folded one
 * by one, in TypeScript alone. It shares with the layers what an event means and the measures' folds; not their SQL, not their files, not what they kept in
 * between.
 */
import { duplicateFilter, judgeEvent, type PartitionId, type Topic, topicOf } from '@rushes/domain';
import type { ArchivedRange } from '../archive/archived-records.ts';
import type { LogRecord } from '@rushes/ports';
import type { EventCounts } from '../events/judge-range.ts';
import {
  emptyState,
  type EventRow,
  foldEvent,
  isFolded,
  keyOf,
  KEYED_VIEWS,
  type KeyedView,
  LATE_RULES,
  lateByMs,
  type LateRule,
} from '@rushes/views';

export const viewsOf = (partition: PartitionId): readonly KeyedView[] => KEYED_VIEWS.filter((view) => view.topic === topicOf(partition));

export interface Recomputed {
  readonly state: unknown;
  readonly lastOffset: number;
}

const BEFORE_START = -1;

/** By view, then by key. */
type States = Map<string, Map<string, Recomputed>>;

export interface EpochKey {
  readonly view: KeyedView;
  readonly key: string;
  readonly epoch: number;
}

export interface PartitionRecompute {
  /** Of the events before the cut. */
  readonly covered: ReadonlyMap<string, ReadonlyMap<string, Recomputed>>;
  /** Of those after it, by epoch. */
  readonly epochs: ReadonlyMap<number, ReadonlyMap<string, ReadonlyMap<string, Recomputed>>>;
  readonly events: number;
  /** Of these events, before the cut. */
  readonly counts: EventCounts;
}

/** Where a recompute begins that does not begin with the first event. */
export interface RecomputeStart {
  /** By view, then by key: what the events before it come to. */
  readonly states: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
  /** The archive's records from there on: it knows what stood before them. */
  readonly range: Pick<ArchivedRange, 'known' | 'highestBarrier' | 'timeMs'>;
}

/** A row of the ledger, as far as it is compared. */
export interface LateRow {
  readonly offset: number;
  readonly view: string;
  readonly id: string;
  readonly late_ms: number;
  readonly before: unknown;
  readonly after: unknown;
}

/** What makes an event of a topic late, by the names of the views. */
const rulesOf = (topic: Topic): readonly LateRule[] =>
  LATE_RULES.filter(({ view }) => view.topic === topic).toSorted((a, b) => (a.view.name < b.view.name ? -1 : 1));

/**
 * @param seen told of each state after the cut as it was after each event.
 * @param late told of each event before the cut that was late for some view, with its rows by the names of the views.
 */
export const recompute = async (
  partition: PartitionId,
  records: AsyncIterable<readonly LogRecord[]>,
  cut: number,
  seen: (key: EpochKey, state: Recomputed) => void,
  start?: RecomputeStart,
  late?: (rows: readonly LateRow[]) => Promise<void>,
): Promise<PartitionRecompute> => {
  const topic = topicOf(partition);
  const views = viewsOf(partition);
  const duplicates = duplicateFilter(start?.range.timeMs);
  const covered: States = new Map();
  for (const [view, keys] of start?.states ?? [])
    covered.set(view, new Map([...keys].map(([key, state]) => [key, { state, lastOffset: BEFORE_START }])));
  const epochs = new Map<number, States>();
  let epoch = 1 + (start?.range.highestBarrier ?? 0);
  let events = 0;
  const counts = { archived: 0, duplicates: 0, quarantined: 0 };
  const put = (states: States, view: KeyedView, key: string, row: EventRow): Recomputed => {
    const keys = states.get(view.storedName) ?? new Map<string, Recomputed>();
    states.set(view.storedName, keys);
    const state = foldEvent(view, (keys.get(key)?.state ?? emptyState(view)) as never, row) as unknown; // as never: the view's own state
    const next = { state, lastOffset: Number(row['offset']) };
    keys.set(key, next);
    return next;
  };
  const rules = late ? rulesOf(topic) : [];
  /** The state of an event's key before the cut, of what a rule looks at. */
  const stateOf = ({ view }: LateRule, row: EventRow): Readonly<Record<string, unknown>> => {
    const state = covered.get(view.storedName)?.get(keyOf(view, row))?.state ?? emptyState(view);
    const names = Object.keys(view.measures);
    return Object.fromEntries(Object.entries(state).filter(([name]) => names.includes(name)));
  };
  for await (const known of start?.range.known() ?? [])
    for (const { b: barrier, id, t: appendedAtMs } of known) {
      if (barrier === null) duplicates.isDuplicate(id, appendedAtMs);
      else duplicates.passBarrier(appendedAtMs);
      epoch = Math.max(epoch, 1 + (barrier ?? 0));
    }
  for await (const batch of records)
    for (const record of batch) {
      if (record.kind === 'barrier') {
        duplicates.passBarrier(record.appendedAtMs);
        if (record.number >= epoch) epoch = record.number + 1;
        continue;
      }
      events += 1;
      const isCovered = record.offset < cut;
      if (isCovered) counts.archived += 1;
      if (duplicates.isDuplicate(record.id, record.appendedAtMs)) {
        if (isCovered) counts.duplicates += 1;
        continue;
      }
      const judged = judgeEvent(record.value, { topic, key: record.key, appendedAtMs: record.appendedAtMs });
      if ('fault' in judged) {
        if (isCovered) counts.quarantined += 1;
        continue;
      }
      const row = { ...judged.row, offset: record.offset, epoch } as unknown as EventRow; // as: silver rows hold cells alone
      const before = isCovered
        ? rules.flatMap((rule) => {
            const lateMs = lateByMs(rule, row, record.appendedAtMs, () => stateOf(rule, row));
            return lateMs === undefined ? [] : [{ rule, lateMs, state: stateOf(rule, row) }];
          })
        : [];
      for (const view of views) {
        if (!isFolded(view, row)) continue;
        const key = keyOf(view, row);
        if (isCovered) {
          put(covered, view, key, row);
        } else {
          const states: States = epochs.get(epoch) ?? new Map();
          epochs.set(epoch, states);
          seen({ view, key, epoch }, put(states, view, key, row));
        }
      }
      if (before.length > 0)
        await late?.(
          before.map(({ rule, lateMs, state }) => ({
            offset: record.offset,
            view: rule.view.name,
            id: record.id,
            late_ms: lateMs,
            before: state,
            after: stateOf(rule, row),
          })),
        );
    }
  return { covered, epochs, events, counts };
};
