/** What is read when somebody asks, and seldom. One reading at a time; who asks waits a bounded time, and gets what was read last where nothing newer comes. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface SeldomRead<T> {
  readonly read: () => Promise<T>;
  /** What is said before anything was read. */
  readonly atFirst: T;
  /** Milliseconds of a clock that nobody sets. */
  readonly elapsedMs: () => number;
}

/** From one reading to the next, whether it succeeds or not. */
const EVERY_MS = 10_000;
const PATIENCE_MS = 500;

export const seldomRead = <T>({ read, atFirst, elapsedMs }: SeldomRead<T>): (() => Promise<T>) => {
  let last = atFirst;
  let readAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  const begin = (): Promise<void> =>
    (reading ??= read()
      .then(
        (value) => void (last = value),
        () => undefined, // whether the store can be read is said elsewhere
      )
      .finally(() => {
        readAtMs = elapsedMs();
        reading = undefined;
      }));

  return async () => {
    if (elapsedMs() - readAtMs >= EVERY_MS) {
      const giveUp = new AbortController();
      await Promise.race([begin(), sleep(PATIENCE_MS, undefined, { signal: giveUp.signal, ref: false }).catch(() => undefined)]);
      giveUp.abort();
    }
    return last;
  };
};
