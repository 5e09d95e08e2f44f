/**
 * Whether a process that has begun may take the place of another one: the log as it was at its start is projected, by whomever. Its release may project for
 * itself (`projections.ts` in the ports), and then nothing of it was there.
 */
import type { Logger } from '@rushes/runtime';
import type { RunningSpeed } from '@rushes/speed';

const LOOK_MS = 250;

/** @param patienceMs it is ready after this long in any case: what keeps the log from being projected is told elsewhere. */
export const firstReadiness = (
  running: Pick<RunningSpeed, 'caughtUp'>,
  patienceMs: number,
  logger: Pick<Logger, 'warn'>,
): (() => boolean) => {
  let hasCaughtUp = false;
  const beganMs = performance.now();
  const isOver = (): boolean => performance.now() - beganMs >= patienceMs;
  const look = (): Promise<void> =>
    running.caughtUp(LOOK_MS).then(
      () => void (hasCaughtUp = true),
      () => {
        // The store is out of reach, which the layer itself tells.
        if (!isOver()) setTimeout(() => void look(), LOOK_MS).unref();
      },
    );
  void look();
  let isTold = false;
  return () => {
    if (!hasCaughtUp && isOver() && !isTold) {
      isTold = true;
      logger.warn({ patience_ms: patienceMs }, 'ready although the log is not projected as far as it was at the start');
    }
    return hasCaughtUp || isOver();
  };
};
