/**
 * What the speed layer does comes in pieces of some milliseconds, and stores that are embedded answer without ever letting the event loop go on. So before
 * each piece a turn is asked for. While pieces block, the event loop goes on once they have taken `budgetMs` together, whatever the number of partitions;
 * pieces that wait for a network take nothing of that, and wait for no turn.
 */
import { setImmediate as nextRound } from 'node:timers/promises';

/** Resolves when the next piece may begin: those that waited longer begin first. */
export type Turn = () => Promise<void>;

/** @param elapsedMs milliseconds of a clock that nobody sets. */
export const createTurns = (budgetMs: number, elapsedMs: () => number): Turn => {
  /** When the first piece of this round of the event loop began. */
  let beganMs: number | undefined;
  return async () => {
    for (;;) {
      if (beganMs === undefined) {
        beganMs = elapsedMs();
        setImmediate(() => (beganMs = undefined));
        return;
      }
      if (elapsedMs() - beganMs < budgetMs) return;
      await nextRound();
    }
  };
};
