/** Histories one after the other, by their seeds, until something goes wrong. */
import { check, type Outcome, type Violation } from './check.ts';
import { historyOf } from './history.ts';
import { minimize } from './minimize.ts';
import type { Rules } from './rules.ts';
import type { Step } from './steps.ts';
import { NO_VARIANTS, type Variants } from './variants.ts';

export interface Found {
  readonly seed: number;
  /** Histories tried, this one included. */
  readonly tried: number;
  readonly steps: readonly Step[];
  readonly violation: Violation;
}

export const tryHistory = (seed: number, rules: Rules, variants: Variants = NO_VARIANTS): Outcome =>
  check(historyOf(seed).steps, rules, variants);

/** The first of `histories` seeds in whose history something goes wrong, minimized. */
export const search = (
  rules: Rules,
  { from, histories, variants = NO_VARIANTS }: { from: number; histories: number; variants?: Variants },
): Found | undefined => {
  for (let tried = 1; tried <= histories; tried += 1) {
    const seed = from + tried - 1;
    if (tryHistory(seed, rules, variants).violation !== undefined) return { tried, ...minimized(seed, rules, variants) };
  }
  return undefined;
};

export const minimized = (seed: number, rules: Rules, variants: Variants): Omit<Found, 'tried'> => {
  const steps = minimize(historyOf(seed).steps, rules, variants);
  const { violation } = check(steps, rules, variants);
  if (violation === undefined) throw new Error(`seed ${seed}: the shortened history is no counterexample`);
  return { seed, steps, violation };
};
