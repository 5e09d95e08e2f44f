import type { RunLease } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

export interface OpenedLeases {
  /** A client of the same lease, which nobody has at first. */
  readonly client: (holder: string) => RunLease;
  /** Lets time pass by the clock of all clients. */
  readonly advance: (milliseconds: number) => void;
  readonly dispose: () => Promise<void>;
}

export interface RunLeaseContract {
  readonly name: string;
  /** Of the leases that clients take. */
  readonly durationMs: number;
  readonly open: () => Promise<OpenedLeases>;
}

/** What keeps two runs from working at once. Registers tests. */
export const runLeaseContract = ({ name, durationMs, open }: RunLeaseContract): void => {
  describe(`run lease: ${name}`, () => {
    let opened: OpenedLeases;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.dispose());

    test('the first that takes it has it, others are told who has', async () => {
      const [one, other] = [opened.client('one'), opened.client('other')];
      expect(await one.take()).toEqual({ held: true });
      expect(await other.take()).toEqual({ held: false, holder: 'one' });
      expect(await one.take()).toEqual({ held: true });
    });

    test('given back it is the next one’s at once', async () => {
      const [one, other] = [opened.client('one'), opened.client('other')];
      await one.take();
      await one.release();
      expect(await other.take()).toEqual({ held: true });
    });

    test('who renews it keeps it, for however long', async () => {
      const [one, other] = [opened.client('one'), opened.client('other')];
      await one.take();
      for (let n = 0; n < 5; n++) {
        expect(await other.take()).toEqual({ held: false, holder: 'one' });
        opened.advance(0.6 * durationMs);
        expect(await one.renew()).toBe(true);
      }
    });

    test('who does not renew it loses it after its duration, and is told so', async () => {
      const [one, other] = [opened.client('one'), opened.client('other')];
      await one.take();
      expect(await other.take()).toEqual({ held: false, holder: 'one' });
      opened.advance(durationMs - 1);
      expect(await other.take()).toEqual({ held: false, holder: 'one' });
      opened.advance(1);
      expect(await other.take()).toEqual({ held: true });
      expect(await one.renew()).toBe(false);
      expect(await one.take()).toEqual({ held: false, holder: 'other' });
    });

    test('who has lost it cannot give it back', async () => {
      const [one, other, third] = [opened.client('one'), opened.client('other'), opened.client('third')];
      await one.take();
      await other.take();
      opened.advance(durationMs);
      await other.take();
      await one.release();
      expect(await third.take()).toEqual({ held: false, holder: 'other' });
      expect(await other.renew()).toBe(true);
    });

    test('of many that take it at once one gets it', async () => {
      const clients = Array.from({ length: 8 }, (_, n) => opened.client(`client-${n}`));
      const states = await Promise.all(clients.map((client) => client.take()));
      expect(states.filter(({ held }) => held)).toHaveLength(1);
    });

    test('of many that wait for one that has gone, one takes it over', async () => {
      await opened.client('gone').take();
      const clients = Array.from({ length: 8 }, (_, n) => opened.client(`client-${n}`));
      await Promise.all(clients.map((client) => client.take()));
      opened.advance(durationMs);
      const states = await Promise.all(clients.map((client) => client.take()));
      expect(states.filter(({ held }) => held)).toHaveLength(1);
    });
  });
};
