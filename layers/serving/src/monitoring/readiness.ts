/**
 * Whether a process is sent requests. One that has just begun waits until it can answer as the one does that it takes the place of: from all views, merged with
 * all events. From then on it is ready as long as it answers at all, and says of each answer what it lacks.
 */
import type { Snapshot } from '../merge/snapshot.ts';
import { batchComponent, type ComponentContext, LEAVING, type Status } from './component-states.ts';

export interface Readiness {
  readonly status: Status;
  readonly detail?: string;
}

export interface ReadinessOptions extends Pick<ComponentContext, 'snapshots' | 'now' | 'isLeaving'> {
  /** Milliseconds of a clock that nobody sets. */
  readonly elapsedMs: () => number;
  /** For so long a process that answers does not call itself ready because events are missing. */
  readonly patienceMs: number;
}

/** Answers that keep up with the log lie less behind it, but for moments. */
const SOON_MS = 1_000;
/** Without a speed layer they lie further behind it after this. */
const KEEPS_UP_MS = 1_500;

const unready = (detail: string): Readiness => ({ status: 'unavailable', detail });

export const createReadiness = (options: ReadinessOptions): (() => Readiness) => {
  const { snapshots, isLeaving, elapsedMs, patienceMs } = options;
  let hasBegun = false;
  let firstAnswerMs: number | undefined;
  let keepsUpSinceMs: number | undefined;

  /** Whether answers show all events that are in the log, or have kept up with it for a while. Which version they come from does not matter. */
  const showsAll = ({ awaited }: Snapshot): boolean => {
    const lagMs = snapshots.eventLagMs();
    if (awaited.length > 0 || lagMs === undefined || lagMs > SOON_MS) keepsUpSinceMs = undefined;
    else keepsUpSinceMs ??= elapsedMs();
    return keepsUpSinceMs !== undefined && (lagMs === 0 || elapsedMs() - keepsUpSinceMs >= KEEPS_UP_MS);
  };

  return () => {
    if (isLeaving()) return unready(LEAVING);
    const { status, detail } = batchComponent(options);
    const snapshot = snapshots.peek();
    if (!hasBegun && snapshot !== undefined) {
      firstAnswerMs ??= elapsedMs();
      // A run makes them, sooner or later; whoever runs an older release of the code has them still.
      if (snapshot.absent.length > 0) return unready(`waits for a version with all views: ${snapshot.absent.join(', ')} cannot be read`);
      hasBegun = showsAll(snapshot) || elapsedMs() - firstAnswerMs >= patienceMs;
      if (!hasBegun) return unready('waits for events that answers do not show yet');
    }
    return { status, ...(detail === undefined ? {} : { detail }) };
  };
};
