/** Quotients of exact integers, rounded once: thousandths, half up. Pure. */

/** JSON number of `numerator / denominator`, both not negative, the denominator positive. */
export const thousandthsText = (numerator: bigint, denominator: bigint): string => {
  const thousandths = (2000n * numerator + denominator) / (2n * denominator);
  const decimals = String(thousandths % 1000n)
    .padStart(3, '0')
    .replace(/0+$/, '');
  return decimals === '' ? String(thousandths / 1000n) : `${thousandths / 1000n}.${decimals}`;
};
