/** The median of numbers: the middle one, of an even number the mean of the two in the middle. `undefined`: there are none. Pure. */
export const median = (values: readonly number[]): number | undefined => {
  // Sorted as numbers without a function that compares them.
  const sorted = Float64Array.from(values).toSorted();
  const middle = Math.floor(sorted.length / 2);
  const [below, above] = [sorted[middle - 1], sorted[middle]];
  if (above === undefined) return undefined;
  return sorted.length % 2 === 0 && below !== undefined ? (below + above) / 2 : above;
};
