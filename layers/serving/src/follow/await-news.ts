/** Waiting, until there is something to look at, or for a while. */
import type { CurrentSnapshot } from '../merge/current-snapshot.ts';
import type { Snapshot } from '../merge/snapshot.ts';

/** Resolves once another snapshot than `seen` is served, after so many milliseconds, or when the signal aborts. */
export const awaitNews = (
  snapshots: Pick<CurrentSnapshot, 'peek' | 'onChange'>,
  seen: Snapshot | undefined,
  ms: number,
  signal: AbortSignal,
): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      stopListening();
      resolve();
    };
    const timer = setTimeout(end, Math.max(0, ms));
    const stopListening = snapshots.onChange(end);
    signal.addEventListener('abort', end);
    if (signal.aborted || snapshots.peek() !== seen) end();
  });

/** Resolves after so many milliseconds, or when the signal aborts. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.max(0, ms));
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
