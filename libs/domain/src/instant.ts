/** Instants as people and programs write them: ISO 8601 in UTC, to the millisecond at most. One rule for every entrance. */

export const INSTANT_PATTERN = '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,3})?Z$';

const form = new RegExp(INSTANT_PATTERN);
const SECONDS_END = 'yyyy-mm-ddThh:mm:ss'.length;
const YEAR_ZERO = '0000';

/** Milliseconds since 1970, or `undefined` for what is no instant of the calendar: 30 February is none, although many readers take it for 2 March. */
export const readInstant = (text: string): number | undefined => {
  if (!form.test(text) || text.startsWith(YEAR_ZERO)) return undefined;
  const ms = Date.parse(text);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text.slice(0, SECONDS_END)) ? ms : undefined;
};
