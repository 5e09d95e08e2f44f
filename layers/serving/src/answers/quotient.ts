/** Quotients of exact integers, rounded once. Pure. */

/** JSON number in thousandths, half up, of `numerator / denominator`, both not negative, the denominator positive. */
export const thousandthsText = (numerator: bigint, denominator: bigint): string => {
  const thousandths = (2000n * numerator + denominator) / (2n * denominator);
  const decimals = String(thousandths % 1000n)
    .padStart(3, '0')
    .replace(/0+$/, '');
  return decimals === '' ? String(thousandths / 1000n) : `${thousandths / 1000n}.${decimals}`;
};

/** What is not larger is doubled and added up without loss. */
const EXACT = Number.MAX_SAFE_INTEGER / 4;

/** `numerator / denominator` as an integer, rounded half away from zero; the denominator is positive. */
export const roundedRatio = (numerator: bigint, denominator: bigint): number => {
  const isNegative = numerator < 0n;
  const size = Number((2n * (isNegative ? -numerator : numerator) + denominator) / (2n * denominator));
  return isNegative ? 0 - size : size;
};

/** `numerator × factor / denominator` as an integer, rounded half away from zero. All three are safe integers; factor and denominator are positive. */
export const roundedQuotient = (numerator: number, factor: number, denominator: number): number => {
  const size = Math.abs(numerator);
  const product = size * factor;
  if (product <= EXACT && denominator <= EXACT) {
    const doubled = 2 * product + denominator;
    return (Math.sign(numerator) * (doubled - (doubled % (2 * denominator)))) / (2 * denominator);
  }
  return Math.sign(numerator) * roundedRatio(BigInt(size) * BigInt(factor), BigInt(denominator));
};

/** Rounded half away from zero to so many decimals, never to -0. For what cannot be an exact quotient, such as what has a root in it. */
export const roundedTo = (value: number, decimals: number): number => {
  const size = Math.round(Math.abs(value) * 10 ** decimals) / 10 ** decimals;
  return value < 0 && size > 0 ? -size : size;
};

/** `numerator / denominator`, rounded half away from zero; `null` where the denominator, which is not negative, is 0. */
export const quotient = (numerator: bigint, denominator: bigint): bigint | null => {
  if (denominator === 0n) return null;
  const size = (2n * (numerator < 0n ? -numerator : numerator) + denominator) / (2n * denominator);
  return numerator < 0n ? -size : size;
};
