/**
 * Whether calls are made at all. Invariant: what does not answer is asked once, not by each request: the first answer that is late opens it, and so do
 * answers of which most are slow. Pure but for its counters.
 */

/** A weight of 1/8 for the newest answer: half of the weight lies on the last five. */
const NEWEST_WEIGHT = 1 / 8;
const SLOW_SHARE = 0.5;

export interface Breaker {
  readonly isOpen: () => boolean;
  /** An answer came. @returns whether that opened it. */
  readonly answered: (isSlow: boolean) => boolean;
  /** An answer did not come in time. @returns whether that opened it. */
  readonly late: () => boolean;
  /** The server answers quickly again. */
  readonly close: () => void;
}

export const createBreaker = (): Breaker => {
  let isOpen = false;
  let slowShare = 0;
  const open = (): boolean => {
    const wasOpen = isOpen;
    isOpen = true;
    return !wasOpen;
  };
  return {
    isOpen: () => isOpen,
    answered: (isSlow) => {
      slowShare += NEWEST_WEIGHT * ((isSlow ? 1 : 0) - slowShare);
      return slowShare > SLOW_SHARE && open();
    },
    late: open,
    close: () => {
      isOpen = false;
      slowShare = 0;
    },
  };
};
