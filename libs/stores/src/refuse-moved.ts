/**
 * A log whose system has moved takes nothing any more, also from processes that had it open before. They look at the mark once a second while they append, so
 * what moves a system waits longer than that (`MOVED_KNOWN_MS`) and then copies the end of the log.
 */
import { setTimeout } from 'node:timers/promises';

import { type EventLog, movedFault, type ObjectStore, readMoved, StoreFault } from '@rushes/ports';

const LOOK_MS = 1_000;
/** A lake that does not answer keeps nobody from appending. */
const PATIENCE_MS = 500;
/** Every process that appends knows of the mark after so long, if its lake answers. */
export const MOVED_KNOWN_MS = 2 * (LOOK_MS + PATIENCE_MS);

export const refuseMoved = (log: EventLog, objects: ObjectStore): EventLog => {
  let lookedMs = Number.NEGATIVE_INFINITY;
  const look = async (): Promise<void> => {
    const nowMs = performance.now();
    if (nowMs - lookedMs < LOOK_MS) return;
    lookedMs = nowMs;
    const giveUp = new AbortController();
    const moved = await Promise.race([
      readMoved(objects, { signal: giveUp.signal }).catch(() => undefined),
      setTimeout(PATIENCE_MS, undefined, { ref: false, signal: giveUp.signal }).catch(() => undefined),
    ]);
    giveUp.abort();
    if (moved === undefined) return;
    lookedMs = Number.NEGATIVE_INFINITY;
    const { message, hint } = movedFault(objects, moved);
    throw new StoreFault({ location: log.location, reason: `takes nothing any more: ${message}`, hint });
  };
  return {
    ...log,
    async append(records) {
      await look();
      return log.append(records);
    },
    async appendBarrier(number) {
      await look();
      return log.appendBarrier(number);
    },
    async checkWritable() {
      await look();
      return log.checkWritable();
    },
  };
};
