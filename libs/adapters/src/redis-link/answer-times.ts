/**
 * How long answers may take. One timer looks at all calls that wait, every few milliseconds, and only while any does. What counts is how often a call was
 * found waiting, not a clock: between two looks the event loop has read what had arrived, so a process that was busy itself does not blame the server.
 */

/** So long between two looks. */
const LOOK_MS = 4;
/** Found waiting so often, an answer was slow: it took more than 4 ms, and less than 8 where the process had nothing else to do. */
const SLOW_LOOKS = 2;
/** Found waiting so often, a call is given up: after 16 to 20 ms where the process had nothing else to do. */
const LATE_LOOKS = 5;

/** The answer did not come in time. Whether the server acts on the call is not known. */
export class LateAnswerError extends Error {
  override readonly name = 'LateAnswerError';
  constructor() {
    super(`no answer within ${LOOK_MS * LATE_LOOKS} ms`);
  }
}

interface Waiting {
  looks: number;
  readonly giveUp: () => void;
}

export interface Timed<Answer> {
  readonly answer: Answer;
  readonly isSlow: boolean;
}

/** @returns what waits for a call at most so long. What is given up may still be answered; nobody hears of it. */
export const answerTimes = (): (<Answer>(call: Promise<Answer>) => Promise<Timed<Answer>>) => {
  const waiting = new Set<Waiting>();
  let isLooking = false;

  const look = (): void => {
    for (const one of waiting) {
      one.looks += 1;
      if (one.looks < LATE_LOOKS) continue;
      waiting.delete(one);
      one.giveUp();
    }
    isLooking = waiting.size > 0;
    if (isLooking) setTimeout(look, LOOK_MS);
  };

  return (call) =>
    new Promise((resolve, reject) => {
      const one: Waiting = { looks: 0, giveUp: () => reject(new LateAnswerError()) };
      waiting.add(one);
      if (!isLooking) {
        isLooking = true;
        setTimeout(look, LOOK_MS);
      }
      call.then(
        (answer) => {
          waiting.delete(one);
          resolve({ answer, isSlow: one.looks >= SLOW_LOOKS });
        },
        (error: unknown) => {
          waiting.delete(one);
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
};
