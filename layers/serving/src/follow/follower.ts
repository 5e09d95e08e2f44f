/**
 * What every stream of events has in common: it sleeps until there is something to look at, tells where it is when it has said nothing for a while, and outlives
 * stores that are away for a time.
 */
import { ArtefactDamagedError, StoreFault, StoreUnavailable } from '@rushes/ports';

import { withDeadline } from '../http/deadline.ts';
import { Problem, unavailable } from '../http/problem.ts';
import type { CurrentSnapshot } from '../merge/current-snapshot.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { awaitNews, pause } from './await-news.ts';
import { eventText } from './event-text.ts';

/** How a process follows what it serves. */
export interface FollowContext {
  readonly snapshots: Pick<CurrentSnapshot, 'peek' | 'onChange'>;
  /** After so long without a message, one is sent that only says how far the stream has come. */
  readonly heartbeatMs: number;
  /** How long reading may take before it is tried again. */
  readonly deadlineMs: number;
}

/** What follows: it knows where it is, and what has been told. */
export interface Follower {
  /** How far all has been told, for `Last-Event-ID`; `undefined`: nothing has. */
  readonly position: () => string | undefined;
  /** What there is to tell now. Throws what keeps it from telling; what was told by then counts. */
  readonly look: (snapshot: Snapshot) => AsyncGenerator<string>;
  /** The shortest time between two looks, in milliseconds. */
  readonly pauseMs: number;
}

const RETRY_MS = 1_000;

/** Keeps a connection from being taken for dead, and says nothing. */
const COMMENT = ':\n\n';

/** Whether the same may go well in a while. */
const isPassing = (error: unknown): boolean =>
  error instanceof StoreUnavailable ||
  error instanceof StoreFault ||
  error instanceof ArtefactDamagedError ||
  (error instanceof Problem && error.status === 503);

/** What a read gives, or a failure that passes. */
export const inTime = <T>(reading: Promise<T>, { deadlineMs }: Pick<FollowContext, 'deadlineMs'>): Promise<T> =>
  withDeadline(reading, deadlineMs, () => unavailable('Reading took too long.', 1));

/**
 * Messages without end, until the signal aborts. Nothing is looked at before the one before has been taken.
 * @throws what does not pass by itself.
 */
export const follow = async function* (context: FollowContext, follower: Follower, signal: AbortSignal): AsyncGenerator<string> {
  const { snapshots, heartbeatMs } = context;
  let toldMs = performance.now();
  let seen: Snapshot | undefined;
  while (!signal.aborted) {
    const snapshot = snapshots.peek();
    try {
      if (snapshot !== undefined && snapshot !== seen) {
        const beganMs = performance.now();
        for await (const piece of follower.look(snapshot)) {
          yield piece;
          toldMs = performance.now();
          if (signal.aborted) return;
        }
        const restMs = follower.pauseMs - (performance.now() - beganMs);
        if (restMs > 0) await pause(restMs, signal);
      }
      seen = snapshot;
    } catch (error) {
      if (!isPassing(error)) throw error;
      await pause(RETRY_MS, signal);
    }
    if (signal.aborted) return;
    if (performance.now() - toldMs >= heartbeatMs) {
      const id = follower.position();
      yield id === undefined ? COMMENT : eventText({ id });
      toldMs = performance.now();
    }
    await awaitNews(snapshots, seen, toldMs + heartbeatMs - performance.now(), signal);
  }
};
