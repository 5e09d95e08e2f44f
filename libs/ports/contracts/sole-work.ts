import { SOLE_WORK_TTL_MS, type SoleWork, soleWork, type Heartbeats, type Owners, type SpeedStore } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

type Stores = SpeedStore & { readonly owners: Owners; readonly heartbeats: Heartbeats };

export interface OpenedSoleWork {
  readonly store: Stores;
  /** Another client of the same. */
  readonly reopen: () => Promise<Stores>;
  /** Lets time pass by the clock that reports run out by. */
  readonly advance: (milliseconds: number) => Promise<void>;
  readonly dispose: () => Promise<void>;
}

const NAME = 'source/test';

/** What one process at a time does. Registers tests. */
export const soleWorkContract = (name: string, open: () => Promise<OpenedSoleWork>): void => {
  describe(`sole work: ${name}`, () => {
    let opened: OpenedSoleWork;
    let [a, b]: SoleWork[] = [];
    const of = (process: 'a' | 'b'): SoleWork => {
      const one = process === 'a' ? a : b;
      if (one === undefined) throw new Error('not opened');
      return one;
    };
    beforeEach(async () => {
      opened = await open();
      a = soleWork(opened.store, NAME, 'a');
      b = soleWork(await opened.reopen(), NAME, 'b');
    });
    afterEach(() => opened.dispose());

    test('one of two has it, and keeps it when it asks again', async () => {
      expect(await of('a').take()).toBe(true);
      expect(await of('b').take()).toBe(false);
      expect(await of('a').take()).toBe(true);
      expect([await of('a').isMine(), await of('b').isMine()]).toEqual([true, false]);
    });

    test('of two that take it at the same time one has it', async () => {
      for (let round = 0; round < 5; round++) {
        const taken = await Promise.all([of('a').take(), of('b').take()]);
        expect(taken.filter(Boolean)).toHaveLength(1);
        expect([await of('a').isMine(), await of('b').isMine()].filter(Boolean)).toHaveLength(1);
        await of('a').release();
        await of('b').release();
      }
    });

    test('given back, it is the next one’s at once', async () => {
      await of('a').take();
      await of('a').release();
      expect(await of('a').isMine()).toBe(false);
      expect(await of('b').take()).toBe(true);
    });

    test('of a process that says nothing any more it is another one’s, and the first is told', async () => {
      await of('a').take();
      await opened.advance(SOLE_WORK_TTL_MS + 1_000);
      expect(await of('b').take()).toBe(true);
      expect([await of('a').isMine(), await of('b').isMine()]).toEqual([false, true]);
      expect(await of('a').take()).toBe(false);
      // What it does not have it cannot give back.
      await of('a').release();
      expect(await of('b').isMine()).toBe(true);
    });

    test('who says that it lives keeps it', async () => {
      await of('a').take();
      for (let beats = 0; beats < 3; beats++) {
        await opened.advance(SOLE_WORK_TTL_MS / 2);
        await of('a').beat();
        expect(await of('b').take()).toBe(false);
      }
      expect(await of('a').isMine()).toBe(true);
    });

    test('works of two names know nothing of each other', async () => {
      await of('a').take();
      expect(await soleWork(opened.store, 'source/other', 'b').take()).toBe(true);
      expect(await of('a').isMine()).toBe(true);
    });
  });
};
