/** When something that failed is tried again: soon after the first time, then after longer and longer waits. Pure. */
export interface Retry<Subject> {
  readonly subject: Subject;
  readonly waitMs: number;
  readonly notBeforeMs: number;
}

const FIRST_MS = 250;
const LONGEST_MS = 10_000;

/** Whether it may be tried now. What failed is not tried again before its time; anything else is. */
export const isDue = <Subject>(last: Retry<Subject> | undefined, subject: Subject, nowMs: number): boolean =>
  last?.subject !== subject || nowMs >= last.notBeforeMs;

/** After another failure. @param nowMs milliseconds of a clock that nobody sets. */
export const failedAgain = <Subject>(last: Retry<Subject> | undefined, subject: Subject, nowMs: number): Retry<Subject> => {
  const waitMs = last?.subject === subject ? Math.min(2 * last.waitMs, LONGEST_MS) : FIRST_MS;
  return { subject, waitMs, notBeforeMs: nowMs + waitMs };
};
