/**
 * How long answers may take, and how long whoever asks waits for them. One timer looks at all calls that are not answered, every few milliseconds, and only
 * while there are any. What counts is how often a call was found so, not a clock: between two looks the event loop has read what had arrived, so a process that
 * was busy itself does not blame the server.
 */

const ANSWER_MS = 20;
/** Found unanswered so often, an answer was slow: it took more than a fifth of its time, and less than two where the process had nothing else to do. */
const SLOW_LOOKS = 2;
/** Found unanswered so often, a call is given up: after four to five fifths of its time where the process had nothing else to do. */
const LATE_LOOKS = 5;

/** The answer did not come in time. Whether the server acts on the call is not known. */
export class LateAnswerError extends Error {
  override readonly name = 'LateAnswerError';
  constructor(answerMs: number) {
    super(`no answer within ${answerMs} ms`);
  }
}

interface Unanswered {
  looks: number;
  /** After so many looks nobody waits any more. */
  readonly mostLooks: number;
  readonly stopWaiting: () => void;
  readonly giveUp: () => void;
}

export interface Timed<Answer> {
  readonly answer: Answer;
  readonly isSlow: boolean;
}

export interface TimedCall<Answer> {
  /** What the server is judged by: rejects if there is no answer in the time that every answer has. What comes after that nobody hears of. */
  readonly judged: Promise<Timed<Answer>>;
  /** Resolves when whoever asks has waited as long as may be, if that is before. */
  readonly timeIsUp: Promise<undefined>;
  /** For how long it was waited for until now: no more than the looks tell. */
  readonly waitedMs: () => number;
}

/** @param waitedMs what was waited already, of the time that an answer may take. */
type AnswerTimes = <Answer>(call: Promise<Answer>, waitedMs?: number) => TimedCall<Answer>;

/** @param answerMs how long an answer may take, and how long calls that belong together are waited for in all. */
export const answerTimes = (answerMs = ANSWER_MS): AnswerTimes => {
  const lookMs = answerMs / LATE_LOOKS;
  const unanswered = new Set<Unanswered>();
  let isLooking = false;

  const look = (): void => {
    for (const one of unanswered) {
      one.looks += 1;
      if (one.looks < LATE_LOOKS) {
        if (one.looks === one.mostLooks) one.stopWaiting();
        continue;
      }
      unanswered.delete(one);
      one.giveUp();
    }
    isLooking = unanswered.size > 0;
    if (isLooking) setTimeout(look, lookMs);
  };

  return <Answer>(call: Promise<Answer>, waitedMs = 0) => {
    const judged = Promise.withResolvers<Timed<Answer>>();
    const timeIsUp = Promise.withResolvers<undefined>();
    const one: Unanswered = {
      looks: 0,
      mostLooks: Math.max(0, Math.floor((answerMs - waitedMs) / lookMs)),
      stopWaiting: () => timeIsUp.resolve(undefined),
      giveUp: () => judged.reject(new LateAnswerError(answerMs)),
    };
    if (one.mostLooks === 0) one.stopWaiting();
    unanswered.add(one);
    if (!isLooking) {
      isLooking = true;
      setTimeout(look, lookMs);
    }
    call.then(
      (answer) => {
        unanswered.delete(one);
        judged.resolve({ answer, isSlow: one.looks >= SLOW_LOOKS });
      },
      (error: unknown) => {
        unanswered.delete(one);
        judged.reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
    const beganMs = performance.now();
    return {
      judged: judged.promise,
      timeIsUp: timeIsUp.promise,
      waitedMs: () => (one.mostLooks === 0 ? 0 : Math.min(performance.now() - beganMs, (one.looks + 1) * lookMs)),
    };
  };
};
