/**
 * Python's `round(value, digits)` as an integer: exact in decimal, and a tie goes to the even digit.
 * A double is never between two decimals by chance: only odd multiples of 2^-(digits+1) are ties. For all else `toFixed` is exact.
 */
export const roundedScaled = (value: number, digits: number): number => {
  const scale = 10 ** digits;
  const halves = value * 2 ** (digits + 1);
  if (Number.isInteger(halves) && halves % 2 !== 0) {
    const below = Math.floor(value * scale);
    return below % 2 === 0 ? below : below + 1;
  }
  // The sum with 0 turns -0 into 0.
  return Math.round(Number(value.toFixed(digits)) * scale) + 0;
};
