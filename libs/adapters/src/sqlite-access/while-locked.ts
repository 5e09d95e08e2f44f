/**
 * Waiting for a file that another process has locked. SQLite's own wait (its busy timeout) sleeps on the calling thread, and with it the whole event
 * loop: requests that need nothing of that file, timers, signals. So every connection is opened without one, which is Node's default, and what meets a
 * lock is tried again after a pause in which the loop goes on.
 */
import { setTimeout } from 'node:timers/promises';

import { StoreBusyError } from '@rushes/ports';

import { isBusy } from './error-codes.ts';

/** How long a call waits for another process's lock, unless said otherwise. */
export const LOCK_WAIT_MS = 10_000;

/** Short at first, because a transaction of another process usually takes a few milliseconds. */
const PAUSES_MS: readonly number[] = [1, 2, 5, 10, 15, 20];
const LONGEST_PAUSE_MS = 25;

/** How long to wait before trying again for the nth time, from 0 on. */
export const pauseMs = (attempt: number): number => PAUSES_MS[attempt] ?? LONGEST_PAUSE_MS;

/**
 * What `attempt` returns once it meets no lock. The first attempt is made at once; each must change everything or nothing.
 * @param location for the message.
 * @throws StoreBusyError after `waitMs`.
 */
export const whileLocked = async <Result>(
  location: string,
  attempt: () => Result | Promise<Result>,
  waitMs: number = LOCK_WAIT_MS,
): Promise<Result> => {
  const endMs = performance.now() + waitMs;
  for (let attempts = 0; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() >= endMs) throw new StoreBusyError(location, waitMs, { cause: error });
    }
    await setTimeout(pauseMs(attempts));
  }
};
