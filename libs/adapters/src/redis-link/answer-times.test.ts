import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { answerTimes, LateAnswerError } from './answer-times.ts';

const blockFor = (milliseconds: number): void => {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
};

test('what is answered at once is not slow, what takes a while is', async () => {
  const inTime = answerTimes();
  expect(await inTime(Promise.resolve(1))).toEqual({ answer: 1, isSlow: false });
  expect(await inTime(sleep(13, 2))).toEqual({ answer: 2, isSlow: true });
});

test('what is not answered is given up, each call by itself', async () => {
  const inTime = answerTimes();
  const beganMs = performance.now();
  const never = inTime(new Promise(() => {}));
  await expect(never).rejects.toBeInstanceOf(LateAnswerError);
  expect(performance.now() - beganMs).toBeGreaterThan(14);
  await expect(inTime(new Promise(() => {}))).rejects.toBeInstanceOf(LateAnswerError);
  await expect(inTime(Promise.reject(new Error('refused')))).rejects.toThrow('refused');
});

test('a process that was busy itself does not blame the server', async () => {
  const inTime = answerTimes();
  const answered = inTime(sleep(2, 'in time'));
  blockFor(60);
  expect(await answered).toMatchObject({ answer: 'in time' });
});
