/** The gate of the log: an event becomes the record that it is appended as, or the reason why not, by the same judgment for whoever brings it. Pure. */
import {
  EVENT_SCHEMAS,
  type EventType,
  eventText,
  judgeNewEvent,
  type MovieEvent,
  partitionOf,
  topicOfEvent,
  TOPICS,
} from '@rushes/domain';
import type { NewRecord } from '@rushes/ports';

export type Admission = { readonly record: NewRecord } | { readonly fault: string };

const isKnown = (type: unknown): type is EventType => typeof type === 'string' && Object.hasOwn(EVENT_SCHEMAS, type);

/** @param event as whoever brings it says; nothing of it is believed. */
export const admit = (event: MovieEvent, id: string, nowMs: number): Admission => {
  const { type, version, payload } = event;
  const topic = isKnown(type) ? topicOfEvent(type) : TOPICS[0];
  const named: unknown = typeof payload === 'object' && payload !== null ? payload.movie_id : undefined;
  const key = typeof named === 'string' ? named : '';
  const value = eventText({ type, version, payload } as MovieEvent); // as: the members of one, whatever is in them
  const judged = judgeNewEvent(value, { topic, key, appendedAtMs: nowMs });
  return 'fault' in judged ? { fault: judged.fault } : { record: { partition: partitionOf(topic, key), key, id, value } };
};
