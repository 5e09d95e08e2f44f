import { readInstant } from '@rushes/domain';
import { InvalidArgumentError } from 'commander';

/** Parses a flag's value as a time in UTC, or a day as its beginning: milliseconds since 1970. */
export const instant = (text: string): number => {
  const [, day = '', time = '00:00', seconds = ':00'] = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(:\d\d(?:\.\d{1,3})?)?Z)?$/.exec(text) ?? [];
  const ms = readInstant(`${day}T${time}${seconds}Z`);
  if (ms === undefined) throw new InvalidArgumentError('give a time in UTC that the calendar has (2026-01-31 or 2026-01-31T12:00:00Z).');
  return ms;
};
