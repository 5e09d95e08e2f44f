/**
 * Whether something works, found out when somebody asks, and seldom: what was seen while working counts as well. Invariants: one check at a time; whoever
 * asks waits a bounded time.
 */
import { setTimeout as sleep } from 'node:timers/promises';

export type CheckState = 'ok' | 'failing' | 'slow';

export interface CachedCheck {
  /** How it was at last; `slow`: a check does not come to its end. */
  readonly state: () => Promise<CheckState>;
  /** It was used, and worked or did not. */
  readonly seen: (isOk: boolean) => void;
}

export interface CachedCheckOptions {
  /** Throws if it does not work. */
  readonly check: () => Promise<unknown>;
  /** Milliseconds of a clock that nobody sets. */
  readonly elapsedMs: () => number;
}

/** What worked then is believed to work. */
const OK_FOR_MS = 10_000;
/** What failed may be mended. */
const FAILING_FOR_MS = 1_000;
const PATIENCE_MS = 500;

export const cachedCheck = ({ check, elapsedMs }: CachedCheckOptions): CachedCheck => {
  let last: { readonly isOk: boolean; readonly atMs: number } | undefined;
  let checking: Promise<void> | undefined;

  const seen = (isOk: boolean): void => {
    last = { isOk, atMs: elapsedMs() };
  };
  const begin = (): Promise<void> =>
    (checking ??= check()
      .then(
        () => seen(true),
        () => seen(false),
      )
      .finally(() => {
        checking = undefined;
      }));

  return {
    seen,
    state: async () => {
      const isFresh = last !== undefined && elapsedMs() - last.atMs < (last.isOk ? OK_FOR_MS : FAILING_FOR_MS);
      if (!isFresh) {
        const giveUp = new AbortController();
        const isDone = await Promise.race([
          begin().then(() => true),
          sleep(PATIENCE_MS, false, { signal: giveUp.signal, ref: false }).catch(() => false),
        ]);
        giveUp.abort();
        if (!isDone) return 'slow';
      }
      return last?.isOk === true ? 'ok' : 'failing';
    },
  };
};
