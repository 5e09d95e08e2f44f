import { InvalidArgumentError } from 'commander';

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
/** The last instant of the year 9999 has four digits for its year; nothing is made to outlive it. */
const MAX_MS = 1_000 * 365 * 86_400_000;

/** Parses a flag's value as a time to live in milliseconds: `90d`, `12h`, `30m`; `never` is `Infinity`. */
export const lifetime = (text: string): number => {
  if (text === 'never') return Number.POSITIVE_INFINITY;
  const [, count, unit = ''] = /^([1-9]\d{0,8})([mhd])$/.exec(text) ?? [];
  const ms = Number(count) * (UNIT_MS[unit] ?? Number.NaN);
  if (!(ms <= MAX_MS)) throw new InvalidArgumentError('give a time like 90d, 12h or 30m, or never.');
  return ms;
};
