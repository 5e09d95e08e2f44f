/**
 * What could not be used, as it lies in the log's dead-letter partition. Records are never changed: a letter that was retried has another record that says
 * so. A letter's id derives from its origin, so a second rejection of the same is the same letter.
 */
import { hash } from 'node:crypto';

import { DEAD_LETTERS, type LogPartition } from '@rushes/domain';
import type { EventRecord, NewRecord } from '@rushes/ports';

export type LetterOrigin =
  /** A record that the log had already. */
  | { readonly partition: LogPartition; readonly offset: number }
  /** An item of a source, which never became a record. */
  | { readonly source: string; readonly file: string; readonly line: number }
  /** What a service answered. `item` names what of it could not be used: the same again is the same letter. */
  | { readonly source: string; readonly address: string; readonly item: string };

export interface DeadLetter {
  readonly id: string;
  readonly reason: string;
  readonly origin: LetterOrigin;
  /** The text that could not be used. */
  readonly event: string;
  /** When it was rejected, ISO 8601. */
  readonly at: string;
}

/** That a letter was retried: under which id and where the new record lies. */
export interface Retrial {
  readonly event_id: string;
  readonly at: string;
}

const ID_DIGITS = 12;

const originText = (origin: LetterOrigin): string => {
  if ('partition' in origin) return `${origin.partition}@${origin.offset}`;
  return 'file' in origin ? `${origin.source}:${origin.line}` : `${origin.source}/${origin.item}`;
};
const letterId = (origin: LetterOrigin): string => hash('sha256', originText(origin), 'hex').slice(0, ID_DIGITS);

export const letterRecord = (reason: string, origin: LetterOrigin, event: string, nowMs: number): NewRecord => {
  const id = letterId(origin);
  const value = JSON.stringify({ kind: 'rejected', reason, origin, event, at: new Date(nowMs).toISOString() });
  return { partition: DEAD_LETTERS, key: id, id, value };
};

export const retrialRecord = (letter: string, eventId: string, nowMs: number): NewRecord => ({
  partition: DEAD_LETTERS,
  key: letter,
  id: `${eventId}/mark`,
  value: JSON.stringify({ kind: 'retried', event_id: eventId, at: new Date(nowMs).toISOString() }),
});

type Written = ({ readonly kind: 'rejected' } & DeadLetter) | ({ readonly kind: 'retried' } & Retrial);

const parse = (text: string): Partial<Written> | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
};

/** What a record of the partition says. Where the log is a server's, others can write there too: that is a letter about their record itself. */
export const readLetterRecord = (record: EventRecord): { readonly letter: DeadLetter } | { readonly retrial: Retrial } => {
  const value = parse(record.value);
  if (value?.kind === 'retried' && value.event_id !== undefined && value.at !== undefined)
    return { retrial: { event_id: value.event_id, at: value.at } };
  if (
    value?.kind === 'rejected' &&
    value.reason !== undefined &&
    value.origin !== undefined &&
    value.event !== undefined &&
    value.at !== undefined
  ) {
    const { reason, origin, event, at } = value;
    return { letter: { id: record.key, reason, origin, event, at } };
  }
  return {
    letter: {
      id: record.key,
      reason: 'what lies among the dead letters was not written by Rushes',
      origin: { partition: DEAD_LETTERS, offset: record.offset },
      event: record.value,
      at: new Date(record.appendedAtMs).toISOString(),
    },
  };
};
