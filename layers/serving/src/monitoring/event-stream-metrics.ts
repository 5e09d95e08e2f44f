/** What is measured of streams of events. */
import { Counter, Gauge, type Registry } from '@rushes/runtime';

/** What a client follows. */
export type FollowedView = 'changes' | 'top_movies';

/** `left`: the client went. `ended`: it had lasted long enough, or the process ends. `slow`: the client took too long. `gone`: changes it needs are not kept any more. `failed`: a fault of ours. */
export type EventStreamOutcome = 'left' | 'ended' | 'slow' | 'gone' | 'failed';

export interface EventStreamMetrics {
  readonly onBegin: (view: FollowedView) => void;
  readonly onEnd: (view: FollowedView, outcome: EventStreamOutcome) => void;
  /** A piece was handed on: some messages. */
  readonly onPiece: (view: FollowedView, bytes: number) => void;
}

/** Registers the metrics; once for a registry. */
export const createEventStreamMetrics = (registry: Registry): EventStreamMetrics => {
  const registers = [registry];
  const open = new Gauge({ name: 'rushes_event_streams', help: 'Streams of events that are open.', labelNames: ['view'], registers });
  const ended = new Counter({
    name: 'rushes_event_streams_total',
    help: 'Streams of events that have ended, by what was followed and how they ended.',
    labelNames: ['view', 'outcome'],
    registers,
  });
  const bytesSent = new Counter({
    name: 'rushes_event_stream_bytes_total',
    help: 'Bytes of streams of events that were handed on to clients.',
    labelNames: ['view'],
    registers,
  });
  for (const view of ['changes', 'top_movies']) open.set({ view }, 0);
  return {
    onBegin: (view) => open.inc({ view }),
    onEnd: (view, outcome) => {
      open.dec({ view });
      ended.inc({ view, outcome });
    },
    onPiece: (view, bytes) => bytesSent.inc({ view }, bytes),
  };
};
