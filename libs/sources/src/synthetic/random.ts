/** Randomness of the made-up catalog: the same seed gives the same numbers on every machine. */
import { createHash } from 'node:crypto';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

export interface Random {
  /** Uniform, at least 0 and below 1. */
  unit(): number;
  /** A whole number, uniform, at least 0 and below `bound`. */
  below(bound: number): number;
  /** Whether something of this probability happens. */
  chance(probability: number): boolean;
  /** Normally distributed, mean 0, standard deviation 1 (Box and Muller, 1958). */
  normal(): number;
  pick<T>(list: readonly [T, ...T[]]): T;
}

/** A stream of random numbers that depends on `seed` alone. */
export const createRandom = (seed: string): Random => {
  const digest = createHash('sha256').update(seed).digest();
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)));
  const unit = (): number => (generator.next() >>> 0) / 2 ** 32;
  return {
    unit,
    below: (bound) => Math.floor(unit() * bound),
    chance: (probability) => unit() < probability,
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
    pick: (list) => list[Math.floor(unit() * list.length)] ?? list[0],
  };
};

/** Draws from `entries` by their weights, which need not add up to 1. List the likely ones first: they are found sooner. */
export const weighted = <T>(...entries: readonly [readonly [T, number], ...(readonly [T, number])[]]): ((random: Random) => T) => {
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  return (random) => {
    let rest = random.unit() * total;
    for (const [value, weight] of entries) {
      rest -= weight;
      if (rest < 0) return value;
    }
    return entries[0][0];
  };
};
