/** Delta debugging: the shortest part of a history, found by leaving steps out, in which something still goes wrong. */
import { check } from './check.ts';
import type { Rules } from './rules.ts';
import type { Step } from './steps.ts';
import type { Variants } from './variants.ts';

/** Simpler forms of a step, the simplest last. */
const simpler = (step: Step): readonly Step[] => {
  if (step.do === 'write')
    return [
      { ...step, faulty: false },
      { ...step, look: true },
      { ...step, steps: 1 },
      { ...step, writer: 0 },
    ];
  if (step.do === 'event')
    return [
      { ...step, through: 0 },
      { ...step, topic: 'rating' },
      { ...step, value: 1 },
      { ...step, time: 0 },
    ];
  if (step.do === 'run')
    return [
      { ...step, steps: 1 },
      { ...step, run: 0 },
    ];
  if (step.do === 'serve') return [{ ...step, steps: 1 }];
  if (step.do === 'start writer' || step.do === 'restart serving') return [{ ...step, clock: 0 }];
  if (step.do === 'begin run') return [{ ...step, full: false }];
  return step.do === 'advance' ? [{ ...step, minutes: 1 }] : [];
};

/** The violation must be of the same kind, or another fault would be shown. */
export const minimize = (steps: readonly Step[], rules: Rules, variants: Variants): readonly Step[] => {
  const { violation } = check(steps, rules, variants);
  if (violation === undefined) throw new Error('nothing goes wrong in this history');
  const fails = (some: readonly Step[]): boolean => check(some, rules, variants).violation?.what === violation.what;
  let shortest: readonly Step[] = steps.slice(0, violation.step);
  if (!fails(shortest)) shortest = steps;
  for (let size = Math.ceil(shortest.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let from = 0; from < shortest.length;) {
      const some = shortest.toSpliced(from, size);
      if (fails(some)) shortest = some;
      else from += size;
    }
  shortest = withoutSingles(shortest, fails);
  for (const index of shortest.keys())
    for (const form of simpler(shortest[index] ?? { do: 'follow' })) {
      const some = shortest.with(index, form);
      if (JSON.stringify(some) !== JSON.stringify(shortest) && fails(some)) shortest = some;
    }
  return withoutSingles(shortest, fails);
};

/** Until no single step can be left out. */
const withoutSingles = (steps: readonly Step[], fails: (some: readonly Step[]) => boolean): readonly Step[] => {
  let shortest = steps;
  for (let again = true; again;) {
    again = false;
    for (let index = shortest.length - 1; index >= 0; index -= 1) {
      const some = shortest.toSpliced(index, 1);
      if (!fails(some)) continue;
      shortest = some;
      again = true;
    }
  }
  return shortest;
};
