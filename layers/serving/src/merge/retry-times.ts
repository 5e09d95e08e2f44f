/** When something that failed is tried again: soon after the first time, then after longer and longer waits. */
export interface RetryTimes<Subject> {
  /** What failed is not tried again before its time; anything else is. */
  readonly isDue: (subject: Subject) => boolean;
  readonly failed: (subject: Subject) => void;
  readonly succeeded: () => void;
}

const FIRST_MS = 250;
const LONGEST_MS = 10_000;

/** @param elapsedMs milliseconds of a clock that nobody sets. */
export const retryTimes = <Subject>(elapsedMs: () => number): RetryTimes<Subject> => {
  let last: { readonly subject: Subject; readonly waitMs: number; readonly notBeforeMs: number } | undefined;
  return {
    isDue: (subject) => last?.subject !== subject || elapsedMs() >= last.notBeforeMs,
    failed: (subject) => {
      const waitMs = last?.subject === subject ? Math.min(2 * last.waitMs, LONGEST_MS) : FIRST_MS;
      last = { subject, waitMs, notBeforeMs: elapsedMs() + waitMs };
    },
    succeeded: () => {
      last = undefined;
    },
  };
};
