import type { Publication } from '@rushes/ports';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { beginFollowing, type FollowerEvent, type FollowerState, type Notice, type Step } from './follower-state.ts';
import { blindMs, next } from './follower.ts';
import { MissedChangesError, type Overlay } from './overlay/overlay.ts';
import type { Served } from './prepare.ts';

const SETTING = { location: 'memory', pollMs: 100 };
const OVERLAY = {} as Overlay; // as: only passed on

const publication = (number: number, given: Partial<Publication> = {}): Publication => ({
  number,
  version: number,
  manifest: '',
  views: {},
  cut: {},
  cutAt: '',
  publishedAt: '',
  reason: 'run',
  ...given,
});

const served = (number: number, given: { readonly absent?: readonly string[]; readonly isWithoutEvents?: boolean } = {}): Served => ({
  id: '',
  open: { publication: publication(number), absent: given.absent ?? [] } as unknown as Served['open'], // as: all that is looked at
  overlay: OVERLAY,
  isWithoutEvents: given.isWithoutEvents ?? false,
});

/** Goes through events one by one. */
const follower = () => {
  let state = beginFollowing(0);
  const notices: Notice[] = [];
  const clock = { ms: 0 };
  const take = (event: FollowerEvent): Step | undefined => {
    const after = next(state, event, clock.ms, SETTING);
    state = after.state;
    notices.push(...after.notices);
    return state.step;
  };
  const says = (): readonly unknown[] =>
    notices
      .splice(0)
      .map((one) => (one.say === 'trouble' ? one.message : 'served' in one ? `${one.say} ${one.served.open.publication.number}` : one.say));
  return { take, says, clock, state: (): FollowerState => state };
};
const asked: FollowerEvent = { is: 'asked' };
const failed = (message: string): FollowerEvent => ({ is: 'failed', error: new Error(message) });
const found = (number: number): FollowerEvent => ({ is: 'found', publication: publication(number) });
const advanced: FollowerEvent = { is: 'advanced', isChanged: false, isMended: false };

/** One that serves publication 1. */
const serving = () => {
  const one = follower();
  for (const event of [asked, found(1), { is: 'opened', served: served(1) }] as const) one.take(event);
  one.says();
  return one;
};

describe('a poll', () => {
  test('finds the newest publication, opens it, and says so', () => {
    const one = follower();
    expect(one.take(asked)).toEqual({ do: 'find' });
    expect(one.take(found(1))).toMatchObject({ do: 'open', publication: { number: 1 }, partly: false });
    expect(one.take({ is: 'opened', served: served(1) })).toBeUndefined();
    expect(one.says()).toEqual(['show 1', 'recovered']);
  });

  test('of what is served already follows the events', () => {
    const one = serving();
    one.take(asked);
    expect(one.take(found(1))).toMatchObject({ do: 'advance', overlay: OVERLAY });
    expect(one.take({ is: 'advanced', isChanged: true, isMended: false })).toBeUndefined();
    expect(one.says()).toEqual(['show 1', 'recovered']);
  });

  test('shows the new publication before it gives up the old one', () => {
    const one = serving();
    one.take(asked);
    one.take(found(2));
    one.take({ is: 'opened', served: served(2) });
    expect(one.says()).toEqual(['show 2', 'release 1', 'recovered']);
  });

  test('asked for while another is under way comes after it, once', () => {
    const one = serving();
    one.take(asked);
    for (let n = 0; n < 3; n++) one.take(asked);
    one.take(found(1));
    expect(one.take(advanced)).toEqual({ do: 'find' });
    one.take(found(1));
    expect(one.take(advanced)).toBeUndefined();
    expect(one.state()).toMatchObject({ begun: 3, ended: 3 });
  });

  test('that fails changes nothing that is served, and says what it was about', () => {
    const one = serving();
    one.take(asked);
    expect(one.take(failed('down'))).toBeUndefined();
    expect(one.says()).toEqual(['looking for what is new in memory failed; trying again in 100 ms']);
    expect(one.state().served?.open.publication.number).toBe(1);
    one.take(asked);
    one.take({ is: 'found', publication: undefined });
    expect(String(one.state().trouble)).toContain('are gone');
  });
});

describe('change records that were heard of', () => {
  const heard: FollowerEvent = { is: 'heard' };

  test('are applied at once, without a look for publications, which is due as before', () => {
    const one = serving();
    one.clock.ms = 50;
    expect(one.take(heard)).toMatchObject({ do: 'advance', isHeardEnough: true });
    expect(one.take({ is: 'advanced', isChanged: true, isMended: false })).toBeUndefined();
    expect(one.says()).toEqual(['show 1']);
    expect(one.state()).toMatchObject({ lastWholeMs: 0, lastGoodMs: 0, ended: 2 });
  });

  test.each<[string, FollowerEvent[]]>([
    ['what is served is in doubt', [{ is: 'doubted' }]],
    ['the last poll failed', [asked, failed('down')]],
  ])('are left to a whole poll where %s', (_, events) => {
    const one = serving();
    for (const event of events) one.take(event);
    expect(one.take(heard)).toEqual({ do: 'find' });
  });

  test('change nothing while a poll is under way, and a poll that is asked for comes after them', () => {
    const one = serving();
    one.take(asked);
    expect(one.take(heard)).toEqual({ do: 'find' });
    one.take(found(1));
    one.take(advanced);
    one.take(heard);
    one.take(asked);
    expect(one.take(advanced)).toEqual({ do: 'find' });
  });
});

describe('a publication that cannot be served', () => {
  test('leaves the one before in place, is tried again after a while, and events are followed meanwhile', () => {
    const one = serving();
    one.take(asked);
    one.take(found(2));
    expect(one.take(failed('broken'))).toMatchObject({ do: 'advance' });
    expect(one.says()).toEqual(['publication 2 in memory cannot be served: answering from publication 1, version 1']);
    one.take(advanced);
    expect([String(one.state().trouble), one.says()]).toEqual(['Error: broken', []]);
    one.take(asked);
    expect(one.take(found(2))).toMatchObject({ do: 'advance' });
    one.take(advanced);
    one.clock.ms = 250;
    one.take(asked);
    expect(one.take(found(2))).toMatchObject({ do: 'open', publication: { number: 2 } });
  });

  test('while nothing is served, gives way to the newest earlier version of the same log that can be, else is served in part', () => {
    const one = follower();
    one.take(asked);
    one.take(found(9));
    expect(one.take(failed('broken'))).toEqual({ do: 'list' });
    const listed = [publication(9), publication(8), publication(7, { version: 8 }), publication(6, { log: 'another' }), publication(5)];
    expect(one.take({ is: 'listed', publications: listed })).toMatchObject({ do: 'open', publication: { number: 8 }, partly: false });
    expect(one.take(failed('too'))).toMatchObject({ do: 'open', publication: { number: 5 }, partly: false });
    expect(one.take(failed('too'))).toMatchObject({ do: 'open', publication: { number: 9 }, partly: true });
    expect(one.take({ is: 'opened', served: served(9, { absent: ['people'] }) })).toBeUndefined();
    expect(one.says()).toEqual(['show 9', 'publication 9 in memory cannot be served: answering without people']);
    expect(String(one.state().trouble)).toContain('broken');
  });
});

describe('what is in doubt', () => {
  test.each<[string, FollowerEvent[]]>([
    ['after lost writes', [{ is: 'doubted' }]],
    [
      'after change records that do not lead on',
      [asked, found(1), { is: 'failed', error: new MissedChangesError('movie.ratings/0', 1, 3) }],
    ],
    ['after events that are there again', [asked, found(1), { is: 'advanced', isChanged: false, isMended: true }]],
  ])('is read anew, %s', (_, events) => {
    const one = serving();
    for (const event of events) one.take(event);
    if (one.state().step === undefined) one.take(asked);
    expect(one.take(found(1))).toMatchObject({ do: 'open', publication: { number: 1 } });
    one.take({ is: 'opened', served: served(1) });
    expect(one.state().isDoubtful).toBe(false);
  });

  test('is so again where it cannot be read, and where doubt comes while it is read', () => {
    const one = serving();
    one.take({ is: 'doubted' });
    one.take(asked);
    one.take(found(1));
    one.take(failed('down'));
    expect(one.state().isDoubtful).toBe(true);
    one.take(asked);
    one.take(found(1));
    one.take({ is: 'doubted' });
    one.take({ is: 'opened', served: served(1) });
    expect(one.state().isDoubtful).toBe(true);
  });
});

test('what has not been seen for long is counted from the last good poll on; a poll that takes a while is no failure', () => {
  const one = serving();
  one.clock.ms = 1000;
  one.take(asked);
  expect([blindMs(one.state(), 2000, 5000, SETTING), blindMs(one.state(), 6000, 5000, SETTING)]).toEqual([0, 6000]);
  one.take(failed('down'));
  expect(blindMs(one.state(), 2000, 5000, SETTING)).toBe(2000);
  one.take(asked);
  one.take(found(1));
  one.take(advanced);
  expect([blindMs(one.state(), 2000, 5000, SETTING), blindMs(one.state(), 7000, 5000, SETTING)]).toEqual([0, 6000]);
});

/** What may come of a step, or come by itself. */
const outcome = fc.record({
  kind: fc.constantFrom('report', 'report', 'report', 'fail', 'ask', 'doubt'),
  number: fc.integer({ min: 1, max: 4 }),
  flag: fc.boolean(),
});

test('whatever happens: all that was opened is given up once, at the latest at the end, and every poll ends', () => {
  fc.assert(
    fc.property(fc.array(outcome, { maxLength: 60 }), (outcomes) => {
      const one = follower();
      const opened: Served[] = [];
      const released: Served[] = [];
      const take = (event: FollowerEvent): void => {
        const notices = next(one.state(), event, one.clock.ms, SETTING).notices;
        one.take(event);
        for (const notice of notices) if (notice.say === 'release') released.push(notice.served);
        const current = one.state().served;
        expect(released.includes(current ?? served(0)), 'what is served is open').toBe(false);
      };
      let newest = 0;
      const report = (step: Step, number: number, flag: boolean): FollowerEvent => {
        newest = Math.max(newest, number);
        if (step.do === 'find') return { is: 'found', publication: publication(newest) };
        if (step.do === 'list') return { is: 'listed', publications: [4, 3, 2, 1].map((n) => publication(n)) };
        if (step.do === 'advance') return { is: 'advanced', isChanged: flag, isMended: number === 1 };
        const now = served(step.publication.number, { absent: step.partly ? ['people'] : [], isWithoutEvents: flag && number === 1 });
        opened.push(now);
        return { is: 'opened', served: now };
      };
      for (const { kind, number, flag } of outcomes) {
        one.clock.ms += 100;
        const { step } = one.state();
        if (kind === 'doubt') take({ is: 'doubted' });
        else if (kind === 'ask' || step === undefined) take(asked);
        else take(kind === 'fail' ? failed('down') : report(step, number, flag));
      }
      take({ is: 'stopped' });
      const { step } = one.state();
      if (step !== undefined) take(report(step, 2, false));
      expect(one.state()).toMatchObject({ step: undefined, served: undefined, ended: one.state().begun });
      expect(released).toHaveLength(opened.length);
      expect(new Set(released)).toEqual(new Set(opened));
    }),
  );
});
