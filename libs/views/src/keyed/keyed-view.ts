/**
 * A keyed view: events of one topic, folded by movie, or by movie and bucket of event time, into measures. Invariant: its stored name carries the hash
 * of its definition, so a changed view is another view.
 */
import { hash } from 'node:crypto';

import { type EventType, SILVER_EVENT_VERSION, type Topic, topicOfEvent } from '@rushes/domain';

import { type EventRow, matches, type Measure, type Where } from '../measures/index.ts';

/** States of a view's measures, by their names. */
export type ViewState<Measures extends Readonly<Record<string, Measure>> = Readonly<Record<string, Measure>>> = {
  readonly [Name in keyof Measures]: Measures[Name] extends Measure<infer State> ? State : never;
};

export interface KeyedView<Measures extends Readonly<Record<string, Measure>> = Readonly<Record<string, Measure>>> {
  readonly name: string;
  /** What the view is called in stores: name and hash of the definition. */
  readonly storedName: string;
  /** The types of events that it folds, all of one topic. */
  readonly events: readonly EventType[];
  /** Of these, only events with such values. Others leave no state behind, not even an empty one. */
  readonly where: Where;
  readonly topic: Topic;
  /** Width of the buckets of event time, in milliseconds; without it the view has one key per movie. */
  readonly bucketMs?: number;
  readonly measures: Measures;
}

// oxlint-disable-next-line typescript/no-explicit-any -- a measure's state stands in argument and result: only `any` admits every measure
type AnyMeasures = Readonly<Record<string, Measure<any>>>;

const HASH_CHARACTERS = 8;

export const keyedView = <Measures extends AnyMeasures>(declared: {
  readonly name: string;
  readonly events: readonly [EventType, ...EventType[]];
  readonly where?: Where;
  readonly bucketMs?: number;
  readonly measures: Measures;
}): KeyedView<Measures> => {
  const topic = topicOfEvent(declared.events[0]);
  // There is no order between partitions, and a movie's events of another topic lie in another one.
  if (declared.events.some((type) => topicOfEvent(type) !== topic))
    throw new Error(`the view ${declared.name} folds events of several topics`);
  const definition = Object.entries(declared.measures).map(([name, measure]) => [name, measure.definition]);
  const { name, events, where, bucketMs } = declared;
  const text = JSON.stringify([name, events, bucketMs ?? null, definition, SILVER_EVENT_VERSION, ...(where === undefined ? [] : [where])]);
  return {
    ...declared,
    where: where ?? {},
    topic,
    storedName: `${declared.name}@${hash('sha256', text, 'hex').slice(0, HASH_CHARACTERS)}`,
  };
};

/** Whether the view folds an event. */
export const isFolded = (view: Pick<KeyedView, 'events' | 'where'>, row: EventRow): boolean =>
  view.events.some((type) => type === row['type']) && matches(row, view.where);

/** The start of the bucket that an instant lies in. */
export const bucketStart = (atMs: number, widthMs: number): number => Math.floor(atMs / widthMs) * widthMs;

/** The key of an event's state: the movie, and where the view has buckets, the start of the event's. */
export const keyOf = (view: Pick<KeyedView, 'bucketMs'>, row: EventRow): string =>
  view.bucketMs === undefined ? String(row['movie_id']) : `${row['movie_id']}|${bucketStart(Number(row['at_ms']), view.bucketMs)}`;

/** The movie of a key, and the start of its bucket. */
export const splitKey = (key: string): { readonly movieId: string; readonly bucketMs?: number } => {
  const at = key.indexOf('|');
  return at < 0 ? { movieId: key } : { movieId: key.slice(0, at), bucketMs: Number(key.slice(at + 1)) };
};
