/**
 * How long answers may take. One timer looks at all calls that wait, every few milliseconds, and only while any does. What counts is how often a call was
 * found waiting, not a clock: between two looks the event loop has read what had arrived, so a process that was busy itself does not blame the server.
 */

const ANSWER_MS = 20;
/** Found waiting so often, an answer was slow: it took more than a fifth of its time, and less than two where the process had nothing else to do. */
const SLOW_LOOKS = 2;
/** Found waiting so often, a call is given up: after four to five fifths of its time where the process had nothing else to do. */
const LATE_LOOKS = 5;

/** The answer did not come in time. Whether the server acts on the call is not known. */
export class LateAnswerError extends Error {
  override readonly name = 'LateAnswerError';
  constructor(answerMs: number) {
    super(`no answer within ${answerMs} ms`);
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

/** @param answerMs how long an answer may take. @returns what waits for a call at most so long. What is given up may still be answered; nobody hears of it. */
export const answerTimes = (answerMs = ANSWER_MS): (<Answer>(call: Promise<Answer>) => Promise<Timed<Answer>>) => {
  const lookMs = answerMs / LATE_LOOKS;
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
    if (isLooking) setTimeout(look, lookMs);
  };

  return (call) =>
    new Promise((resolve, reject) => {
      const one: Waiting = { looks: 0, giveUp: () => reject(new LateAnswerError(answerMs)) };
      waiting.add(one);
      if (!isLooking) {
        isLooking = true;
        setTimeout(look, lookMs);
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
