import { type Heartbeats, MAX_REPORT_BYTES } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

export interface OpenedHeartbeats {
  /** Nobody has reported yet. */
  readonly heartbeats: Heartbeats;
  /** Another client of the same. */
  readonly reopen: () => Promise<Heartbeats>;
  /** Lets time pass by the clock that reports run out by, or steps it back. */
  readonly advance: (milliseconds: number) => Promise<void>;
  readonly dispose: () => Promise<void>;
}

/** Whole seconds: a store may count them. */
const TTL_MS = 3_000;

/** What lets people see which processes run. Registers tests. */
export const heartbeatsContract = (name: string, open: () => Promise<OpenedHeartbeats>): void => {
  describe(`heartbeats: ${name}`, () => {
    let opened: OpenedHeartbeats;
    let heartbeats: Heartbeats;
    beforeEach(async () => {
      opened = await open();
      heartbeats = opened.heartbeats;
    });
    afterEach(() => opened.dispose());

    test('what a process says is seen by all, as it said it last, in the order of ids', async () => {
      expect(await heartbeats.list()).toEqual([]);
      const other = await opened.reopen();
      await heartbeats.beat({ id: 'b', text: 'first' }, TTL_MS);
      await other.beat({ id: 'a', text: '' }, TTL_MS);
      await heartbeats.beat({ id: 'b', text: 'Ärger "quoted"\n' }, TTL_MS);
      const both = [
        { id: 'a', text: '' },
        { id: 'b', text: 'Ärger "quoted"\n' },
      ];
      expect(await heartbeats.list()).toEqual(both);
      expect(await other.list()).toEqual(both);
    });

    test('it is gone when its time is over, unless it was said again', async () => {
      await heartbeats.beat({ id: 'a', text: 'x' }, TTL_MS);
      await heartbeats.beat({ id: 'b', text: 'y' }, TTL_MS * 2);
      await opened.advance(TTL_MS + 1_000);
      expect(await heartbeats.list()).toEqual([{ id: 'b', text: 'y' }]);
      await heartbeats.beat({ id: 'a', text: 'again' }, TTL_MS);
      await opened.advance(TTL_MS + 1_000);
      expect(await heartbeats.list()).toEqual([]);
    });

    test('it goes when the process ends, and ending what is not there does nothing', async () => {
      await heartbeats.beat({ id: 'a', text: 'x' }, TTL_MS);
      await heartbeats.beat({ id: 'b', text: 'y' }, TTL_MS);
      await heartbeats.end('a');
      await heartbeats.end('nobody');
      expect(await heartbeats.list()).toEqual([{ id: 'b', text: 'y' }]);
      await heartbeats.beat({ id: 'a', text: 'back' }, TTL_MS);
      expect((await heartbeats.list()).map(({ text }) => text)).toEqual(['back', 'y']);
    });

    test('a report has a size and a time', async () => {
      const longest = 'x'.repeat(MAX_REPORT_BYTES);
      await heartbeats.beat({ id: 'a', text: longest }, TTL_MS);
      expect((await heartbeats.list())[0]?.text).toBe(longest);
      await expect(heartbeats.beat({ id: 'a', text: `${longest}x` }, TTL_MS)).rejects.toBeInstanceOf(RangeError);
      for (const ttlMs of [0, -1, Number.NaN])
        await expect(heartbeats.beat({ id: 'a', text: 'x' }, ttlMs)).rejects.toBeInstanceOf(RangeError);
      expect((await heartbeats.list())[0]?.text).toBe(longest);
    });
  });
};
