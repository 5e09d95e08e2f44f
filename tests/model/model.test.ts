/** The rules of the merge keep the promise in random histories, and each of them is needed. */
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

import { atDepth, freshSeed } from '@rushes/ports/contracts/depth';
import { beforeAll, describe, expect, test } from 'vitest';

import { answerOf } from './answer.ts';
import { FIRST_VERSION } from './batch.ts';
import { check } from './check.ts';
import { describeViolation } from './describe.ts';
import { historyOf } from './history.ts';
import { type LogRecord, partitionOf } from './log.ts';
import { referenceOf } from './reference.ts';
import { ALL_RULES, RULE_NAMES, RULES, without } from './rules.ts';
import { type Found, search, tryHistory } from './search.ts';
import { apply } from './steps.ts';
import { NO_VARIANTS, type VariantName, VARIANTS } from './variants.ts';
import { newWorld } from './world.ts';

/** Text of what was found, so that a failing test shows the history. */
const found = (from: number, histories: number, variants = NO_VARIANTS): string | undefined => {
  const counterexample = search(ALL_RULES, { from, histories, variants });
  return counterexample && `seed ${counterexample.seed}\n${describeViolation(counterexample.steps, counterexample.violation)}`;
};

describe('with all rules every answer equals the reference, or names the gap', () => {
  const histories = atDepth({ quick: 300, deep: 2400 });
  test.each([1, freshSeed()])(`${histories} histories from seed %d`, (seed) => {
    expect(found(seed, histories)).toBeUndefined();
  });

  test('and that says something: versions are published, answers change, most of them are complete', () => {
    const outcomes = Array.from({ length: 100 }, (_, index) => tryHistory(index + 1, ALL_RULES));
    const total = (of: 'answers' | 'gaps' | 'publications'): number => outcomes.reduce((sum, outcome) => sum + outcome[of], 0);
    expect(total('publications')).toBeGreaterThan(200);
    expect(total('answers')).toBeGreaterThan(500);
    expect(total('gaps')).toBeGreaterThan(20);
    expect(total('gaps')).toBeLessThan(total('answers') / 2);
  });
});

describe.each(RULE_NAMES)('without %s', (name) => {
  let counterexample: Found | undefined;
  beforeAll(() => {
    counterexample = search(without(name), { from: 1, histories: 1500 });
  });

  test('something goes wrong', () => {
    expect(counterexample).toBeDefined();
  });

  test('in the shortened history too, until the rule is kept or any more is left out', () => {
    const steps = counterexample?.steps ?? [];
    const what = counterexample?.violation.what;
    expect(check(steps, without(name)).violation?.what).toBe(what);
    expect(check(steps, ALL_RULES).violation).toBeUndefined();
    const shorter = steps.filter((_, index) => check(steps.toSpliced(index, 1), without(name)).violation?.what === what);
    expect(shorter).toEqual([]);
  });
});

// as: the keys of VARIANTS
test.each(Object.keys(VARIANTS) as VariantName[])('%s keeps the promise as well', (name) => {
  expect(found(freshSeed(), atDepth({ quick: 50, deep: 600 }), { ...NO_VARIANTS, [name]: true })).toBeUndefined();
});

test('docs/merge-model.md has every rule as it is declared (else: npm run soak -- --rules 1000 --seed 1)', () => {
  const page = readFileSync(new URL('../../docs/merge-model.md', import.meta.url), 'utf8').replaceAll(/ +/g, ' ');
  const rows = RULE_NAMES.map((name) => `| ${RULES[name].part} | \`${name}\` | ${RULES[name].says} | ${RULES[name].breaks} |`);
  expect(rows.filter((row) => !page.includes(row))).toEqual([]);
  expect(Object.keys(VARIANTS).filter((name) => !page.includes(`\`${name}\`:`))).toEqual([]);
});

test('an overlay follows the change records without being read anew, and is not ahead of them', () => {
  const world = newWorld(ALL_RULES, NO_VARIANTS);
  const position = (): number | undefined => answerOf(world)?.position[0];
  const event = (id: string): void => apply(world, { do: 'event', through: 0, id, topic: 'rating', movie: 0, value: 5, time: 0 });
  const write = (steps: number): void =>
    apply(world, { do: 'write', partition: 0, writer: 0, steps, records: 5, look: true, faulty: false });
  apply(world, { do: 'start writer', partition: 0, clock: 0 });
  event('a');
  write(20);
  apply(world, { do: 'serve', steps: 6 });
  expect(position()).toBe(1);
  event('b');
  // Planned, and both rows: the change record is still missing.
  write(3);
  apply(world, { do: 'follow' });
  expect(position()).toBe(1);
  write(1);
  apply(world, { do: 'follow' });
  expect(position()).toBe(2);
  expect(world.serving.build).toBeUndefined();
});

test('a seed gives the same history every time, another seed another one', () => {
  expect(historyOf(7)).toEqual(historyOf(7));
  expect(isDeepStrictEqual(historyOf(7).steps, historyOf(8).steps)).toBe(false);
});

test('the reference, by hand', () => {
  const rating = (id: string, movie: number, value: number, appended: number): LogRecord => {
    const event = { id, topic: 'rating', movie, value, time: 0 } as const;
    return { ...event, kind: 'event', appended };
  };
  const records = [
    rating('a', 0, 7, 1000),
    { kind: 'barrier', number: 1, appended: 900 } as const,
    // Invalid, and a duplicate of the first.
    rating('b', 0, 9, 1001),
    rating('a', 0, 7, 1000 + 48 * 60),
    // A jump counts as a day, the hours after it as they are: 72 hours and a minute after the duplicate it is new again.
    rating('e', 0, 9, 90_000),
    rating('e', 0, 9, 90_000 + 24 * 60),
    rating('e', 0, 9, 90_000 + 48 * 60),
    rating('a', 0, 7, 90_001 + 48 * 60),
    rating('c', 2, 3, 99_000),
    rating('d', 2, 8, 99_000),
  ];
  const log = [records, [], []].map((some) => ({ records: some, trueTimes: [], archived: [], trimmed: 0 }));
  const shown = referenceOf(log, [9, 0, 0], { ...FIRST_VERSION, dump: [1, -1, -1], cut: [1, -1, 4] }, []);
  expect(partitionOf({ id: 'c', topic: 'rating', movie: 2, value: 3, time: 0 })).toBe(0);
  expect(shown).toEqual({
    scores: { 0: { count: 2, sum: 14, mentions: 0 }, 2: { count: 1, sum: 3, mentions: 0 } },
    buckets: { '0@0': { count: 2, sum: 14 }, '2@0': { count: 1, sum: 3 } },
    titles: { 0: { group: 1, popularity: -1 } },
    groups: { 1: { titles: 1, votes: 2, sum: 14, lowest: 14 }, [-1]: { titles: 1, votes: 1, sum: 3, lowest: 3 } },
    top: [
      { movie: 0, sum: 14 },
      { movie: 2, sum: 3 },
    ],
  });
});
