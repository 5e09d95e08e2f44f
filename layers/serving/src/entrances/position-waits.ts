/** Waiting until what is served has come to a position in the log. Invariant: nobody waits longer than asked for, nor after the end. */
import type { OffsetVector } from '@rushes/domain';

import type { CurrentSnapshot } from '../merge/current-snapshot.ts';
import { reaches } from '../merge/position.ts';
import type { Snapshot } from '../merge/snapshot.ts';

export interface PositionWaits {
  /** Whether the current snapshot reaches the position, now or within so many milliseconds. */
  until(position: OffsetVector, ms: number): Promise<boolean>;
  /** Ends all waiting, also that which begins later. */
  stop(): void;
}

/** Up to where the events are in a snapshot. Without a speed layer, up to the version's cut. */
const positionOf = ({ overlay, publication }: Snapshot): OffsetVector => overlay?.position ?? publication.cut;

export const positionWaits = (snapshots: CurrentSnapshot): PositionWaits => {
  const waiting = new Set<(isEnd: boolean) => void>();
  let stopListening: (() => void) | undefined;
  let isStopped = false;

  const isReached = (position: OffsetVector): boolean => {
    const snapshot = snapshots.peek();
    return snapshot !== undefined && reaches(positionOf(snapshot), position);
  };
  const wake = (isEnd: boolean): void => {
    for (const look of waiting) look(isEnd);
  };

  return {
    until: (position, ms) => {
      if (isReached(position)) return Promise.resolve(true);
      if (isStopped || ms <= 0) return Promise.resolve(false);
      return new Promise((resolve) => {
        const look = (isEnd: boolean): void => {
          const reached = isReached(position);
          if (!reached && !isEnd) return;
          clearTimeout(timer);
          waiting.delete(look);
          if (waiting.size === 0) {
            stopListening?.();
            stopListening = undefined;
          }
          resolve(reached);
        };
        const timer = setTimeout(() => look(true), ms);
        waiting.add(look);
        stopListening ??= snapshots.onChange(() => wake(false));
      });
    },
    stop: () => {
      isStopped = true;
      wake(true);
    },
  };
};

interface OtherProcesses {
  /** The same of all other processes of the service; `undefined`: there are none. */
  readonly others: PositionWaits['until'] | undefined;
  /** Milliseconds of a clock that nobody sets. */
  readonly elapsedMs: () => number;
}

/** Whether every process of the service has come to a position: then whoever asks next sees it, whichever answers. */
export const shownEverywhere =
  (waits: PositionWaits, { others, elapsedMs }: OtherProcesses): PositionWaits['until'] =>
  async (position, ms) => {
    const startedMs = elapsedMs();
    if (!(await waits.until(position, ms))) return false;
    return others === undefined || others(position, Math.max(0, ms - (elapsedMs() - startedMs)));
  };
