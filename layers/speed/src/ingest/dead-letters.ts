/** The dead letters of a log: adding, finding, and trying them again. */
import { DEAD_LETTERS, type PartitionId } from '@rushes/domain';
import { boundsAt, type EventLog, type EventRecord } from '@rushes/ports';

import type { RejectedEvent } from '../fold-batch.ts';
import { admit } from './admit.ts';
import { type DeadLetter, letterRecord, readLetterRecord, retrialRecord, type Retrial } from './dead-letter.ts';
import { parseEventLine } from './formats/json-lines.ts';

/** What to do with events that cannot be used: `reject` of the speed layer. Bears the same event any number of times. */
export const deadLetters =
  (log: EventLog, nowMs: () => number = Date.now) =>
  async (partition: PartitionId, rejected: readonly RejectedEvent[]): Promise<void> => {
    const letters = rejected.map(({ record, reason }) => letterRecord(reason, { partition, offset: record.offset }, record.value, nowMs()));
    await log.append(letters);
  };

/** A letter's place and fate; its text stays in the log until it is asked for. */
export interface LetterEntry {
  readonly id: string;
  readonly offset: number;
  readonly retried: Retrial | undefined;
}

const allRecords = async function* (log: EventLog): AsyncGenerator<EventRecord> {
  const { earliest, next } = boundsAt(await log.bounds(), DEAD_LETTERS);
  for await (const records of log.range(DEAD_LETTERS, earliest, next))
    for (const record of records) if (record.kind === 'event') yield record;
};

/** All letters, the oldest first, each once. */
export const listLetters = async (log: EventLog): Promise<readonly LetterEntry[]> => {
  const entries = new Map<string, LetterEntry>();
  for await (const record of allRecords(log)) {
    const read = readLetterRecord(record);
    const known = entries.get(record.key);
    if ('letter' in read) {
      if (known === undefined) entries.set(record.key, { id: record.key, offset: record.offset, retried: undefined });
    } else if (known !== undefined) entries.set(record.key, { ...known, retried: read.retrial });
  }
  return [...entries.values()];
};

export const readLetter = async (log: EventLog, { id, offset }: LetterEntry): Promise<DeadLetter> => {
  for await (const [record] of log.range(DEAD_LETTERS, offset, offset + 1)) {
    const read = record?.kind === 'event' ? readLetterRecord(record) : undefined;
    if (read !== undefined && 'letter' in read) return read.letter;
  }
  throw new Error(`${log.location} has lost dead letter ${id} at offset ${offset}`);
};

export type RetrialOutcome =
  | { readonly id: string; readonly outcome: 'appended'; readonly event_id: string }
  /** Its event is in the log again since an earlier retrial. */
  | { readonly id: string; readonly outcome: 'retried before'; readonly event_id: string }
  | { readonly id: string; readonly outcome: 'still unusable'; readonly reason: string };

/**
 * Appends a letter's event as a new record with a new id, and marks the letter. Both carry ids that derive from the letter: a retrial that was cut off
 * between them can be repeated.
 * @param edited the event's text in place of the letter's.
 */
export const retryLetter = async (log: EventLog, entry: LetterEntry, nowMs: number, edited?: string): Promise<RetrialOutcome> => {
  const { id, retried } = entry;
  if (retried !== undefined) return { id, outcome: 'retried before', event_id: retried.event_id };
  const parsed = parseEventLine(edited ?? (await readLetter(log, entry)).event);
  if ('fault' in parsed) {
    const reason = edited === undefined ? 'its text is no event as JSON: put it right with --edit FILE' : parsed.fault;
    return { id, outcome: 'still unusable', reason };
  }
  const eventId = `retry/${id}`;
  const admitted = admit(parsed.event, eventId, nowMs);
  if ('fault' in admitted) return { id, outcome: 'still unusable', reason: admitted.fault };
  await log.append([admitted.record, retrialRecord(id, eventId, nowMs)]);
  return { id, outcome: 'appended', event_id: eventId };
};
