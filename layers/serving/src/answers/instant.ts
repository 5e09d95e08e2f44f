/** Instants as clients write them. Pure. */

/** The first and the last millisecond that ISO 8601 writes with a year of four digits. */
const FIRST_MS = Date.parse('0001-01-01T00:00:00.000Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

export const isWritable = (ms: number): boolean => ms >= FIRST_MS && ms <= LAST_MS;

/** Days that no month has are carried over by `Date.parse`. */
const isOfCalendar = (text: string): boolean => {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})/.exec(text) ?? [];
  if (year === undefined) return false;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return date.toISOString().slice(0, 10) === `${year}-${month}-${day}`;
};

/** What is wrong with an ISO 8601 date and time, if anything is. */
export const instantFault = (text: string): string | undefined => {
  const ms = Date.parse(text);
  // Years beyond four digits are written with a sign.
  if (/^[+-]\d{6}-/.test(text) || (Number.isFinite(ms) && !isWritable(ms))) return 'must lie in the years 1 to 9999';
  return Number.isFinite(ms) && isOfCalendar(text) ? undefined : 'is no ISO 8601 date and time of the calendar';
};
