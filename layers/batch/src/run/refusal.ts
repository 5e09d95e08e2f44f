import type { Expectation } from '@rushes/ports/manifest';

/** A line for people; the report has all of them. */
export const refusal = (validation: readonly Expectation[]): string => {
  const unmet = validation.filter((one) => !one.passed && one.severity === 'error');
  const told = unmet.slice(0, 2).map((one) => `${one.table}: ${one.name}: found ${one.observed}, expected ${one.expected}`);
  return [...told, ...(unmet.length > told.length ? [`and ${unmet.length - told.length} more unmet expectations`] : [])].join('; ');
};
