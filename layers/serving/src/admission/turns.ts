/**
 * Shares of time on the event loop. The embedded stores answer without ever waiting, so a request that is begun is computed in one piece; without a bound a
 * round of the event loop lasts as long as all requests that it found take together, and whoever is refused learns of it only then. Invariant: once the time
 * of a round is used up, no further work begins before the next one.
 */
export interface Turns {
  /** Whether work may begin in this round of the event loop. */
  hasTime(): boolean;
  /** Calls back at the beginning of the next round. */
  onNext(callback: () => void): void;
}

export interface TurnsOptions {
  /** How long work may begin in one round; work that was begun is not interrupted. */
  readonly roundMs: number;
  /** Milliseconds of a clock that never steps. */
  readonly now: () => number;
  /** Calls back in the next round. */
  readonly defer: (callback: () => void) => void;
}

export const createTurns = ({ roundMs, now, defer }: TurnsOptions): Turns => {
  let endsAt: number | undefined;
  let waiting: (() => void)[] = [];
  let round = 0;

  const beginRound = (): void => {
    endsAt = undefined;
    const callbacks = waiting;
    waiting = [];
    // Each in turn is the first to be called, so that one that uses up the time of every round does not starve the others.
    const first = round++ % Math.max(1, callbacks.length);
    for (const callback of [...callbacks.slice(first), ...callbacks.slice(0, first)]) callback();
  };
  return {
    hasTime: () => {
      const nowMs = now();
      // Whoever waits has the next round called. Where nobody does, and the last round is long over, the event loop has turned by itself.
      if (endsAt === undefined || (waiting.length === 0 && nowMs > endsAt + roundMs)) endsAt = nowMs + roundMs;
      return nowMs < endsAt;
    },
    onNext: (callback) => {
      if (waiting.length === 0) defer(beginRound);
      waiting.push(callback);
    },
  };
};
