/** A micro-batch: the records of a range, folded onto the rows that they touch, and the writes that follow, in their order. */
import { occurrenceReader, WINDOW } from './duplicates.ts';
import { rowKeyOf } from './generations.ts';
import { type LogRecord, type Span } from './log.ts';
import { readRow, type Stated } from './store.ts';
import { contributionsOf, isValid, merge, type ViewName } from './views.ts';
import { MICROSECONDS, partitionAt, type Task, type World, type Write, type Writer } from './world.ts';

export const planMicroBatch = (world: World, writer: Writer, task: Task, span: Span, limit: number, faulty: boolean): readonly Write[] => {
  const { records } = partitionAt(world, task.partition);
  const from = task.next;
  const to = Math.min(span.end ?? records.length, from + limit);
  if (from >= to || (faulty && world.rules.neverSkip)) return [];
  const touched = foldRecords(world, task, from, to, faulty ? from : -1);
  task.next = to;
  const closedBy = to === span.end ? span.closedBy : undefined;
  const { partition, epoch, generation } = task;
  const projection = { partition, epoch, generation };
  const entries = [...touched].toSorted().map((name) => {
    const [view = '', key = ''] = name.split('|');
    const stated = task.rows.get(name) ?? { state: {}, last: -1 };
    // as: names are made of VIEWS
    return { view: view as ViewName, key, ...stated };
  });
  const rows = entries.map(({ view, key, state, last }): Write => {
    const appended = records[last]?.appended ?? 0;
    const row = { ...rowKeyOf(world.rules, projection), view, key };
    return { kind: 'row', row, stated: { state, last }, appended, timestamp: timestampOf(world, writer, task, records, last) };
  });
  const change: Write = { kind: 'change', change: { ...projection, from, to, states: entries, closedBy } };
  const position: Write = { kind: 'position', position: { ...projection, next: to, closedBy } };
  if (!world.rules.positionLast) return [position, ...rows, change];
  return world.variants.changeRecordFirst ? [change, ...rows, position] : [...rows, change, position];
};

/** Folds onto the writer's rows. Returns which were touched, also where the row was ahead already. */
const foldRecords = (world: World, task: Task, from: number, to: number, skipped: number): ReadonlySet<string> => {
  const { partition } = task;
  const reader = occurrenceReader(world.rules, task.occurrences);
  const touched = new Set<string>();
  for (const [index, record] of partitionAt(world, partition).records.slice(from, to).entries()) {
    const offset = from + index;
    const known = reader.isDuplicate(record);
    const duplicate = world.rules.storedOccurrences ? known : hasIdRow(world, partition, record, offset);
    if (record.kind === 'barrier' || duplicate || offset === skipped) continue;
    if (world.rules.sameValidity && !isValid(record)) continue;
    for (const { view, key, state } of contributionsOf(record, offset)) {
      const name = `${view}|${key}`;
      const before = rowOf(world, task, view, key);
      if (before === undefined || before.last < offset) task.rows.set(name, { state: merge(view, before?.state, state), last: offset });
      touched.add(name);
    }
  }
  task.occurrences = reader.known();
  return touched;
};

const rowOf = (world: World, task: Task, view: ViewName, key: string): Stated | undefined => {
  const name = `${view}|${key}`;
  const found = task.rows.get(name) ?? readRow(world.store, { ...rowKeyOf(world.rules, task), view, key }, world.now);
  if (found !== undefined) task.rows.set(name, found);
  return found;
};

/** Presence of an id in the store, for 48 h from when this writer or another one saw it. */
const hasIdRow = ({ store, now }: World, partition: number, record: LogRecord, offset: number): boolean => {
  if (record.kind === 'barrier') return false;
  const name = `${partition}|${record.id}`;
  const seen = store.ids.get(name);
  if (seen !== undefined && seen.offset < offset && now < seen.expires) return true;
  store.ids.set(name, { offset, expires: now + WINDOW });
  return false;
};

/** The base of the generation, and the offset. */
const timestampOf = (world: World, writer: Writer, task: Task, records: readonly LogRecord[], last: number): number => {
  const appended = (records[last]?.appended ?? 0) * MICROSECONDS;
  if (!world.rules.offsetTimestamps) return appended;
  if (!world.rules.statelessTimestamps) {
    writer.lastTimestamp = Math.max(writer.lastTimestamp + 1, appended);
    return writer.lastTimestamp;
  }
  if (world.variants.timestampIsOffset) return last;
  return task.base + last;
};
