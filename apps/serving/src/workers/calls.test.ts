import { EventEmitter } from 'node:events';

import { expect, test } from 'vitest';

import { type Channel, connect } from './calls.ts';

/** Two ends of a channel, and how many messages went over it. */
const channel = () => {
  const ends = [new EventEmitter(), new EventEmitter()] as const;
  const state = { connected: true, messages: 0 };
  const end = (at: 0 | 1): Channel => ({
    get connected() {
      return state.connected;
    },
    send: (message) => {
      state.messages += 1;
      ends[at === 0 ? 1 : 0].emit('message', structuredClone(message));
    },
    on: (event: string, listener: (message: unknown) => void) => ends[at].on(event, listener),
  });
  const close = (): void => {
    state.connected = false;
    for (const one of ends) one.emit('disconnect');
  };
  return { one: end(0), other: end(1), state, close };
};

interface Sums {
  sum(a: number, b: number): Promise<number>;
  fail(): Promise<never>;
  never(): Promise<never>;
  unknown(): Promise<never>;
}

const connected = () => {
  const { one, other, state, close } = channel();
  connect(other, {
    sum: async (a: number, b: number) => a + b,
    fail: () => Promise.reject(new Error('down')),
    never: () => new Promise(() => {}),
  });
  return { sums: connect(one, {}) as Sums, state, close }; // as: the methods above, and one that is not there
};

test('calls have their own outcomes, and those of one round travel together', async () => {
  const { sums, state } = connected();
  const outcomes = await Promise.allSettled([sums.sum(1, 2), sums.sum(3, 4), sums.fail(), sums.unknown()]);
  expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : String(outcome.reason)))).toEqual([
    3,
    7,
    'Error: down',
    'Error: there is nothing called unknown to call',
  ]);
  expect(state.messages).toBe(2);
});

test('what is under way when the channel closes fails, and what is called later', async () => {
  const { sums, close } = connected();
  const waiting = sums.never();
  setImmediate(close);
  await expect(waiting).rejects.toThrow('is closed');
  await expect(sums.sum(1, 2)).rejects.toThrow('is closed');
});
