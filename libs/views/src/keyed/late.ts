/**
 * Events that came late: their event time lies before what the view had already shown. Whether an event is late follows from the event, its append time and
 * the events before it in its partition, so it is the same however runs cut the log.
 *
 * - In a view with buckets, if the event's bucket had ended when the event was appended: the windows that it is part of were shown without the event.
 * - Of a source's observations of a movie, if one of a later event time came before: the event changes nothing.
 *
 * Edits are never late: of these the last one in the log counts, whatever its event time.
 */
import type { EventRow } from '../measures/index.ts';
import { bucketStart, isFolded, type KeyedView } from './keyed-view.ts';
import { movieRatings, OBSERVED_SOURCES, type ObservedSource } from './movie-ratings.ts';

export type LateRule =
  | { readonly kind: 'bucket'; readonly view: KeyedView; readonly bucketMs: number }
  /** `view` has the source's measure alone. */
  | { readonly kind: 'observation'; readonly view: KeyedView; readonly source: ObservedSource };

const OBSERVATION = 'rating_observed';

/** The rules for these views with buckets, and for observations. Of one event, each view has one row at most. */
export const lateRules = (views: readonly KeyedView[]): readonly LateRule[] => [
  ...views.flatMap((view) => (view.bucketMs === undefined ? [] : [{ kind: 'bucket' as const, view, bucketMs: view.bucketMs }])),
  ...OBSERVED_SOURCES.map((source) => ({
    kind: 'observation' as const,
    view: { ...movieRatings, events: [OBSERVATION], measures: { [source]: movieRatings.measures[source] } } as unknown as KeyedView, // as: one of its measures
    source,
  })),
];

/**
 * By how many milliseconds an event is late; `undefined` if it is not. For a bucket: from the bucket's end to the append. For an observation: from its event
 * time to that of the observation that it comes behind.
 * @param before the state of the event's key before it.
 */
export const lateByMs = (rule: LateRule, row: EventRow, appendedAtMs: number, before: () => unknown): number | undefined => {
  const atMs = Number(row['at_ms']);
  if (!isFolded(rule.view, row)) return undefined;
  if (rule.kind === 'bucket') {
    const endMs = bucketStart(atMs, rule.bucketMs) + rule.bucketMs;
    return appendedAtMs >= endMs ? appendedAtMs - endMs : undefined;
  }
  if (row['source'] !== rule.source) return undefined;
  const shown = (before() as Readonly<Record<string, { readonly at_ms: number } | null>>)[rule.source]; // as: a state of the rule's view
  return shown && atMs < shown.at_ms ? shown.at_ms - atMs : undefined;
};
