import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { answerTimes, LateAnswerError } from './answer-times.ts';

/** So long that a busy machine does not miss one. */
const LOOK_MS = 100;

const blockFor = (milliseconds: number): void => {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
};

test('what is answered at once is not slow, what takes a while is', async () => {
  // So long that a stall of a busy machine leaves time for the looks in between.
  const inTime = answerTimes(2_000);
  expect(await inTime(Promise.resolve(1)).judged).toEqual({ answer: 1, isSlow: false });
  expect(await inTime(sleep(1_300, 2)).judged).toEqual({ answer: 2, isSlow: true });
});

test('what is not answered is given up, each call by itself', async () => {
  const inTime = answerTimes();
  const beganMs = performance.now();
  const never = inTime(new Promise(() => {})).judged;
  await expect(never).rejects.toBeInstanceOf(LateAnswerError);
  expect(performance.now() - beganMs).toBeGreaterThan(14);
  await expect(inTime(new Promise(() => {})).judged).rejects.toBeInstanceOf(LateAnswerError);
  await expect(inTime(Promise.reject(new Error('refused'))).judged).rejects.toThrow('refused');
});

test('a process that was busy itself does not blame the server', async () => {
  const inTime = answerTimes();
  const { judged: answered } = inTime(sleep(2, 'in time'));
  blockFor(60);
  expect(await answered).toMatchObject({ answer: 'in time' });
});

test('who has waited already waits for the rest alone, and the server is judged by its whole time', async () => {
  const inTime = answerTimes(5 * LOOK_MS);
  const order: string[] = [];
  const call = inTime(new Promise(() => {}), 3 * LOOK_MS);
  await Promise.all([
    call.timeIsUp.then(() => {
      order.push('time is up');
      expect(call.waitedMs()).toBeLessThanOrEqual(3 * LOOK_MS);
    }),
    call.judged.catch(() => void order.push('given up')),
  ]);
  expect(order).toEqual(['time is up', 'given up']);
});

test('who has no time left does not wait, and what is answered then is judged all the same', async () => {
  const inTime = answerTimes(5 * LOOK_MS);
  const call = inTime(sleep(LOOK_MS, 'late for one, not slow'), 4.5 * LOOK_MS);
  await call.timeIsUp;
  expect(call.waitedMs()).toBe(0);
  expect(await call.judged).toMatchObject({ answer: 'late for one, not slow' });
});
