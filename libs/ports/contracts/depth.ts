/**
 * How long random histories are played, and from which seeds. `npm test` plays few of them, `npm run test:deep` many: the same tests with the same
 * assertions. Seeds are new in every run; what fails names its seed, and `RUSHES_TEST_SEED` plays that history again.
 */
import { randomInt } from 'node:crypto';

export interface Depths<Value> {
  /** In `npm test`. */
  readonly quick: Value;
  /** In `npm run test:deep`, which sets `RUSHES_TEST_DEPTH=deep`. */
  readonly deep: Value;
}

const readDepth = (text: string | undefined): keyof Depths<unknown> => {
  if (text === undefined || text === 'quick' || text === 'deep') return text ?? 'quick';
  throw new Error(`RUSHES_TEST_DEPTH is quick or deep, not ${text}`);
};

const readSeed = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const seed = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(seed)) throw new Error(`RUSHES_TEST_SEED is a whole number, not ${text}`);
  return seed;
};

export const DEPTH = readDepth(process.env['RUSHES_TEST_DEPTH']);

/** The seed to be played again; `undefined`: new ones. */
export const SEED = readSeed(process.env['RUSHES_TEST_SEED']);

export const atDepth = <Value>(values: Depths<Value>): Value => values[DEPTH];

/** How many random inputs a property of fast-check tries. tests/replayed-properties.ts sets their seed. */
export const histories = (runs: Depths<number>): { readonly numRuns: number } => ({ numRuns: atDepth(runs) });

/** A seed that nobody has chosen, from 0 up to 2 ** 31 - 1, or the one that is set. */
export const freshSeed = (): number => SEED ?? randomInt(2 ** 31);

/**
 * Seeds of tests that make up their histories themselves: some that are the same in every run, and a new one. If a seed is set, it is the only one. The
 * test's name has to tell it.
 */
export const seeds = (chosen: Depths<readonly number[]>): readonly number[] =>
  SEED === undefined ? [...atDepth(chosen), freshSeed()] : [SEED];

/** Cases that cost a process each: all in a deep run, in a quick one so many of them that lie side by side, others in each run. */
export const someOf = <Case>(cases: readonly Case[], quick: number): readonly Case[] => {
  if (DEPTH === 'deep') return cases;
  const first = freshSeed() % cases.length;
  return [...cases, ...cases].slice(first, first + Math.min(quick, cases.length));
};

/** The command that plays the histories of a seed again; behind it comes the test file. */
export const replayCommand = (seed: number): string =>
  `${DEPTH === 'deep' ? 'RUSHES_TEST_DEPTH=deep ' : ''}RUSHES_TEST_SEED=${seed} npx vitest run`;
