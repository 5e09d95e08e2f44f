/**
 * What polling found, until it is in the log. Order of a flush: whether this process still owns the polling, append, what is kept, cursor. So a crash at any point
 * loses nothing, and what a process that died had appended is found in the log itself.
 */
import { DEAD_LETTERS, offsetAt, PARTITIONS, type PartitionId } from '@rushes/domain';
import type { EventLog, NewRecord } from '@rushes/ports';
import { TransientError } from '@rushes/runtime';

import { admit } from '../ingest/admit.ts';
import { appendedBeyond } from '../ingest/appended-beyond.ts';
import { letterRecord } from '../ingest/dead-letter.ts';
import { type FilmEvent, type Rejection, rejecting, revisionsIn, TMDB_SOURCE } from './film-events.ts';
import type { FilmRecord } from './film-record.ts';
import type { RequestPace } from './request-pace.ts';
import type { TmdbCursor, TmdbState } from './tmdb-state.ts';

/** Another process polls now. */
export class NotOwnerError extends TransientError {
  override readonly name = 'NotOwnerError';
}

export interface PollBatch {
  /** Films of which a process that died had appended something. They are asked for first, and said anew. */
  readonly doubtful: readonly number[];
  /** The highest revision of a film that a process which died appended; `undefined`: none did. */
  doubt(id: number): number | undefined;
  /** Takes what is new of a film, and returns what is kept of it. @param address of the answer, for people. */
  take(id: number, address: string, record: FilmRecord, events: readonly FilmEvent[], rejections: readonly Rejection[]): Promise<void>;
  /** Of this cursor, what a flush writes beside what it knows itself. */
  set(change: Partial<Pick<TmdbCursor, 'changes' | 'lists'>>): void;
  readonly cursor: TmdbCursor;
  /** What waits for a flush. */
  readonly size: number;
  /** @throws NotOwnerError: nothing was appended. @returns how many events were appended, and dead letters. */
  flush(): Promise<{ readonly events: number; readonly rejected: number }>;
}

export interface BatchContext {
  readonly log: EventLog;
  readonly state: TmdbState;
  readonly pace: RequestPace;
  readonly isOwner: () => Promise<boolean>;
  readonly nowMs: () => number;
}

const MAX_LETTER_CHARACTERS = 20_000;

const firstCursor = async (log: EventLog): Promise<TmdbCursor> => {
  const { next } = await log.bounds();
  const after: Partial<Record<PartitionId, number>> = {};
  for (const partition of PARTITIONS) after[partition] = offsetAt(next, partition);
  return { after, use: undefined, changes: undefined, lists: {} };
};

export const openPollBatch = async ({ log, state, pace, isOwner, nowMs }: BatchContext): Promise<PollBatch> => {
  const known = await state.readCursor();
  let cursor = known ?? (await firstCursor(log));
  // On the disk before the first append: it says from where on the log is to be looked through.
  if (known === undefined) await state.save(cursor);
  pace.resume(cursor.use);
  const there = known === undefined ? new Set<string>() : await appendedBeyond(log, { source: TMDB_SOURCE, after: cursor.after });
  const doubts = new Map(revisionsIn(there));
  let records: NewRecord[] = [];
  let counts = { events: 0, rejected: 0 };
  let films = 0;

  return {
    get doubtful() {
      return [...doubts.keys()];
    },
    doubt: (id) => doubts.get(id),
    async take(id, address, given, events, rejections) {
      let record = given;
      const reject = ({ reason, text }: Rejection, item: string): void => {
        records.push(letterRecord(reason, { source: TMDB_SOURCE, address, item }, text.slice(0, MAX_LETTER_CHARACTERS), nowMs()));
        counts.rejected += 1;
      };
      for (const rejection of rejections) reject(rejection, `film/${id}/${rejection.reason}`);
      for (const { id: eventId, event, review } of events) {
        // Reviews alone are found under the id that they had: all else is said anew under another.
        if (there.has(eventId)) continue;
        const admitted = admit(event, eventId, nowMs());
        if ('record' in admitted) {
          records.push(admitted.record);
          counts.events += 1;
          continue;
        }
        const rejection = { reason: admitted.fault, text: JSON.stringify(event) };
        const judged = review === undefined ? rejecting(record, rejection) : { record, isNew: true };
        record = judged.record;
        if (judged.isNew) reject(rejection, eventId);
      }
      await state.setFilm(id, record);
      doubts.delete(id);
      films += 1;
    },
    set(change) {
      cursor = { ...cursor, ...change };
    },
    get cursor() {
      return cursor;
    },
    get size() {
      return films;
    },
    async flush() {
      if (!(await isOwner())) throw new NotOwnerError('another process polls TMDB now');
      const appended = records.length === 0 ? [] : await log.append(records);
      records = [];
      const after = { ...cursor.after };
      // While films are in doubt, what lies behind the offsets tells which they are.
      if (doubts.size === 0)
        for (const { partition, offset } of appended)
          if (partition !== DEAD_LETTERS) after[partition] = Math.max(offsetAt(after, partition), offset + 1);
      cursor = { ...cursor, after, use: pace.use() };
      await state.save(cursor);
      const done = counts;
      [counts, films] = [{ events: 0, rejected: 0 }, 0];
      return done;
    },
  };
};
