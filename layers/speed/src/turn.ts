/**
 * What the speed layer does comes in pieces of some milliseconds, and stores that are embedded answer without ever letting the event loop go on. So each
 * piece waits for its turn: one at a time in the whole process, whatever the number of partitions, and before each everything else gets its own.
 */
import { setImmediate } from 'node:timers/promises';

let last: Promise<void> = Promise.resolve();

/** Resolves after everything that is ready by now, and all turns asked for before. */
export const turn = (): Promise<void> => (last = last.then(() => setImmediate()));
