/**
 * Source → log, in chunks. Order within a chunk: append, then the cursor. So a crash at any point loses nothing, and what is read a second time is found
 * in the log and left out. What cannot be an event goes to the dead letters in the same append: it never stops a replay.
 */
import { DEAD_LETTERS, offsetAt, PARTITIONS, type PartitionId } from '@rushes/domain';
import type { EventLog, NewRecord } from '@rushes/ports';

import { admit } from './admit.ts';
import { appendedBeyond } from './appended-beyond.ts';
import type { Cursor, CursorStore } from './cursor.ts';
import { letterRecord } from './dead-letter.ts';
import { type Clock, createPace } from './pace.ts';
import type { Source, SourceItem } from './source.ts';

export interface ReplayOptions {
  /** Items that are appended together at most. */
  readonly chunk: number;
  /** Than event time; `Infinity` for as fast as can be. */
  readonly timesFaster: number;
  /** Items to read at most. */
  readonly limit?: number;
  /** Where to begin: behind the cursor (from the beginning if there is none), or behind a given number whatever was replayed before. */
  readonly begin: 'behind the cursor' | { readonly line: number };
}

export interface ReplayContext {
  readonly log: EventLog;
  readonly cursors: CursorStore;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called after each chunk. */
  readonly onChunk?: (progress: ReplayProgress) => void;
}

export interface ReplayProgress {
  readonly source: string;
  readonly location: string;
  /** Where this replay began: behind this line. */
  readonly after_line: number;
  /** Everything up to this line is in the log. */
  readonly line: number;
  /** Events of these lines that are in the log: appended now, or by a replay that died before it could note it. */
  readonly events: number;
  /** Of these, what a replay that died had appended. */
  readonly found: number;
  readonly rejected: number;
}

export interface ReplayReport extends ReplayProgress {
  readonly outcome: 'ended' | 'limit reached' | 'interrupted';
}

/** A timer cannot wait for longer. */
const LONGEST_SLEEP_MS = 60_000;

const beginCursor = async ({ name, location }: Source, line: number, { log, clock }: ReplayContext): Promise<Cursor> => {
  const after: Partial<Record<PartitionId, number>> = {};
  for (const partition of PARTITIONS) after[partition] = (await log.bounds(partition)).next;
  const updated_at = new Date(clock.nowMs()).toISOString();
  return { source: name, location, line, events: 0, rejected: 0, after, ended: false, updated_at };
};

/** A source that breaks off still gave what came before. */
const endingWithFailure = async function* (items: AsyncIterable<SourceItem>): AsyncGenerator<SourceItem | { readonly error: unknown }> {
  try {
    yield* items;
  } catch (error) {
    yield { error };
  }
};

export const replay = async (source: Source, options: ReplayOptions, context: ReplayContext): Promise<ReplayReport> => {
  const { log, cursors, clock, signal } = context;
  const known = options.begin === 'behind the cursor' ? await cursors.read(source.name) : undefined;
  const begun = known ?? (await beginCursor(source, options.begin === 'behind the cursor' ? 0 : options.begin.line, context));
  // On the disk before the first append: it says from where on the log is to be looked through.
  if (known === undefined) await cursors.write(begun);
  const there = known === undefined ? new Set<string>() : await appendedBeyond(log, known);
  const pace = createPace(options.timesFaster, clock);
  let cursor: Cursor = begun;
  let pending: SourceItem[] = [];
  let found = 0;

  const progress = (): ReplayProgress => ({
    source: source.name,
    location: source.location,
    after_line: begun.line,
    line: cursor.line,
    events: cursor.events - begun.events,
    found,
    rejected: cursor.rejected - begun.rejected,
  });

  const recordOf = (item: SourceItem): NewRecord | undefined => {
    const reject = (reason: string): NewRecord =>
      letterRecord(reason, { source: source.name, file: source.location, line: item.line }, item.text, clock.nowMs());
    if ('fault' in item) return reject(item.fault);
    if (there.has(item.id)) return undefined;
    const admitted = admit(item.event, item.id, clock.nowMs());
    return 'fault' in admitted ? reject(admitted.fault) : admitted.record;
  };

  const append = async (ended: boolean): Promise<void> => {
    const last = pending.at(-1);
    if (last === undefined && !ended) return;
    const records = pending.map(recordOf).filter((record) => record !== undefined);
    const rejected = records.filter(({ partition }) => partition === DEAD_LETTERS).length;
    const appended = await log.append(records);
    const after = { ...cursor.after };
    for (const { partition, offset } of appended)
      if (partition !== DEAD_LETTERS) after[partition] = Math.max(offsetAt(after, partition), offset + 1);
    found += pending.length - records.length;
    cursor = {
      ...cursor,
      location: source.location,
      line: last?.line ?? cursor.line,
      events: cursor.events + pending.length - rejected,
      rejected: cursor.rejected + rejected,
      after,
      ended,
      updated_at: new Date(clock.nowMs()).toISOString(),
    };
    pending = [];
    await cursors.write(cursor);
    context.onChunk?.(progress());
  };

  /** Waits until an item is due. What is due already does not wait with it. */
  const untilDue = async (item: SourceItem): Promise<void> => {
    if ('fault' in item) return;
    for (let ms = pace.untilDueMs(item.atMs); ms > 0 && !signal.aborted; ms = pace.untilDueMs(item.atMs)) {
      await append(false);
      await clock.sleep(Math.min(ms, LONGEST_SLEEP_MS), signal);
    }
  };

  let taken = 0;
  let broken: { readonly error: unknown } | undefined;
  for await (const item of endingWithFailure(source.items(cursor.line))) {
    if ('error' in item) {
      broken = item;
      break;
    }
    await untilDue(item);
    if (signal.aborted) break;
    pending.push(item);
    taken += 1;
    if (pending.length >= options.chunk) await append(false);
    if (taken === options.limit || signal.aborted) break;
  }
  const outcome = signal.aborted ? 'interrupted' : taken === options.limit ? 'limit reached' : 'ended';
  await append(outcome === 'ended' && broken === undefined);
  if (broken !== undefined) throw broken.error;
  return { ...progress(), outcome };
};
