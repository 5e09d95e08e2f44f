/** The rows of the ledger of late events, from the rule and nothing else: a bucket that had ended when the event was appended. */
import type { Place } from './event-case.ts';
import type { Row } from './rows.ts';

interface LateCandidate extends Place {
  readonly type: string;
  readonly movie_id: string;
  readonly at_ms: number;
}

export const lateFor = <Event extends LateCandidate>(
  view: string,
  widthMs: number,
  events: readonly Event[],
  state: (events: readonly Event[]) => Row,
): readonly Row[] =>
  events.flatMap((event): Row[] => {
    const { partition, offset, id, type, movie_id, at_ms, appended_at_ms } = event;
    const bucket_ms = Math.floor(at_ms / widthMs) * widthMs;
    const late_ms = appended_at_ms - (bucket_ms + widthMs);
    if (late_ms < 0) return [];
    const before = events.filter(
      (one) => one.movie_id === movie_id && Math.floor(one.at_ms / widthMs) * widthMs === bucket_ms && one.offset < offset,
    );
    const states = { before: JSON.stringify(state(before)), after: JSON.stringify(state([...before, event])) };
    const place = { partition, offset, id, topic: partition.slice(0, partition.indexOf('/')), type, movie_id, at_ms, appended_at_ms };
    return [{ ...place, view, bucket_ms, bucket_width_ms: widthMs, late_ms, ...states }];
  });
