/** The days of a backfill: each has a folder or prefix of IMDb's files of its own, named after it. */
import { InvalidArgumentError } from 'commander';

const DAY_MS = 86_400_000;
/** More are a typing mistake, most likely in the year. */
const MOST_DAYS = 400;

/** Parses a flag's value: a day as `2026-11-01`. */
export const day = (text: string): string => {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
  if (!isDay) throw new InvalidArgumentError('give a day like 2026-11-01.');
  return text;
};

/** All days from the first to the last. @throws RangeError if the last is before the first, or there are too many. */
export const daysFromTo = (from: string, to: string): readonly string[] => {
  const count = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  if (count < 1) throw new RangeError(`${to} is before ${from}`);
  if (count > MOST_DAYS) throw new RangeError(`from ${from} to ${to} are ${count} days, more than ${MOST_DAYS}`);
  return Array.from({ length: count }, (_, n) => new Date(Date.parse(from) + n * DAY_MS).toISOString().slice(0, 10));
};

/** Where the files of a day are: `s3://rushes/imdb` and `2026-11-01` are `s3://rushes/imdb/2026-11-01`. */
export const sourceOfDay = (source: string, of: string): string => `${source.replace(/\/+$/, '')}/${of}`;
