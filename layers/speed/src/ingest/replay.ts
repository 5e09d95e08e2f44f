/**
 * Source → log, in chunks. Order within a chunk: append, then the cursor. So a crash at any point loses nothing, and what is read a second time is found
 * in the log and left out. What cannot be an event goes to the dead letters in the same append: it never stops a replay.
 */
import { DEAD_LETTERS, offsetAt, PARTITIONS, type PartitionId } from '@rushes/domain';
import type { DuplicateFilters, EventLog, NewRecord } from '@rushes/ports';

import { admit } from './admit.ts';
import { appendedBeyond } from './appended-beyond.ts';
import type { Cursor, CursorStore } from './cursor.ts';
import { letterRecord } from './dead-letter.ts';
import { type Clock, createPace } from './pace.ts';
import { repeatedIds } from './repeated-ids.ts';
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
  readonly duplicateFilters: DuplicateFilters;
  /** Which of these movies the catalog has; without it, that is not told. */
  readonly knownOf?: (movieIds: readonly string[]) => Promise<ReadonlySet<string>>;
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
  /** Events that were left out, since an earlier one of the source has their id. */
  readonly repeated: number;
  /** Of these, those that say something else than the one that counts. */
  readonly contradicting: number;
  readonly rejected: number;
  /** Of the events, those of movies that the catalog has, or that the source itself adds; `null` where that is not known. */
  readonly known: number | null;
}

export interface ReplayReport extends ReplayProgress {
  readonly outcome: 'ended' | 'limit reached' | 'interrupted';
}

/** An event of an item, and what becomes of it. */
interface Taken {
  readonly line: number;
  readonly fate: 'event' | 'found' | 'repeated' | 'contradicting' | 'rejected';
  readonly movieId?: string;
  /** What is appended for it, if anything is. */
  readonly record?: NewRecord;
}

/** A timer cannot wait for longer. */
const LONGEST_SLEEP_MS = 60_000;

const beginCursor = async ({ name, location }: Source, line: number, { log, clock }: ReplayContext): Promise<Cursor> => {
  const after: Partial<Record<PartitionId, number>> = {};
  const { next } = await log.bounds();
  for (const partition of PARTITIONS) after[partition] = offsetAt(next, partition);
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
  const repeats = repeatedIds(context.duplicateFilters);
  const tally = { found: 0, repeated: 0, contradicting: 0, known: 0 };
  const added = new Set<string>();
  let cursor: Cursor = begun;
  let pending: Taken[] = [];

  const progress = (): ReplayProgress => ({
    source: source.name,
    location: source.location,
    after_line: begun.line,
    line: cursor.line,
    events: cursor.events - begun.events,
    found: tally.found,
    repeated: tally.repeated,
    contradicting: tally.contradicting,
    rejected: cursor.rejected - begun.rejected,
    known: context.knownOf === undefined ? null : tally.known,
  });

  const take = (item: SourceItem): readonly Taken[] => {
    const { line } = item;
    const reject = (reason: string): readonly Taken[] => {
      const origin = { source: source.name, file: source.location, line };
      return [{ line, fate: 'rejected', record: letterRecord(reason, origin, item.text, clock.nowMs()) }];
    };
    if ('fault' in item) return reject(item.fault);
    const records: NewRecord[] = [];
    for (const { event, id } of [item, ...(item.further ?? [])]) {
      const admitted = admit(event, id, clock.nowMs());
      if ('fault' in admitted) return reject(admitted.fault);
      records.push(admitted.record);
      if (event.type === 'movie_added') added.add(admitted.record.key);
    }
    const before = item.hasOwnId ? repeats.look(item) : 'first';
    if (before !== 'first') return [{ line, fate: before === 'same' ? 'repeated' : 'contradicting' }];
    return records.map((record): Taken =>
      there.has(record.id) ? { line, fate: 'found', movieId: record.key } : { line, fate: 'event', movieId: record.key, record },
    );
  };

  /** Whether ids of lines before the beginning are taken: they are in the log, which is not known where somebody says where to begin. */
  const looksBack = source.hasOwnIds && options.begin === 'behind the cursor';
  /** What lies before the cursor already, or was left out when it was replayed. */
  const noteId = (item: SourceItem): void => {
    if ('event' in item && item.hasOwnId && !('fault' in admit(item.event, item.id, clock.nowMs()))) repeats.look(item);
  };

  const countFates = async (): Promise<{ readonly events: number; readonly rejected: number }> => {
    const fates = new Map<Taken['fate'], number>();
    for (const { fate } of pending) fates.set(fate, (fates.get(fate) ?? 0) + 1);
    const of = (fate: Taken['fate']): number => fates.get(fate) ?? 0;
    tally.found += of('found');
    tally.repeated += of('repeated') + of('contradicting');
    tally.contradicting += of('contradicting');
    const movies = pending.flatMap(({ movieId }) => movieId ?? []);
    const inCatalog = await context.knownOf?.([...new Set(movies)].filter((id) => !added.has(id)));
    tally.known += movies.filter((id) => added.has(id) || inCatalog?.has(id) === true).length;
    return { events: of('event') + of('found'), rejected: of('rejected') };
  };

  const append = async (ended: boolean): Promise<void> => {
    const last = pending.at(-1);
    if (last === undefined && !ended) return;
    const appended = await log.append(pending.flatMap(({ record }) => record ?? []));
    const after = { ...cursor.after };
    for (const { partition, offset } of appended)
      if (partition !== DEAD_LETTERS) after[partition] = Math.max(offsetAt(after, partition), offset + 1);
    const { events, rejected } = await countFates();
    cursor = {
      ...cursor,
      location: source.location,
      line: last?.line ?? cursor.line,
      events: cursor.events + events,
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
  try {
    for await (const item of endingWithFailure(source.items(looksBack ? 0 : begun.line))) {
      if ('error' in item) {
        broken = item;
        break;
      }
      if (item.line <= begun.line) {
        noteId(item);
        continue;
      }
      await untilDue(item);
      if (signal.aborted) break;
      pending.push(...take(item));
      taken += 1;
      if (pending.length >= options.chunk) await append(false);
      if (taken === options.limit || signal.aborted) break;
    }
    const outcome = signal.aborted ? 'interrupted' : taken === options.limit ? 'limit reached' : 'ended';
    await append(outcome === 'ended' && broken === undefined);
    if (broken !== undefined) throw broken.error;
    return { ...progress(), outcome };
  } finally {
    repeats.close();
  }
};
