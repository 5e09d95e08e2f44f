/**
 * Texts as PostgreSQL can hold them: its `text` has no U+0000. U+0000 to U+0003 are therefore stored as three characters each, and everything else as it is.
 *
 * Invariant: stored texts compare (as UTF-8 bytes), are equal and contain each other exactly as the texts do. For the order the codes ascend and stand before
 * U+0004. For `contains` they are comma-free (each is a < b >= c, Golomb, Gordon and Welch 1958): no code begins within two that follow one another.
 */
const CODES = ['\u0001\u0002\u0001', '\u0001\u0002\u0002', '\u0001\u0003\u0001', '\u0001\u0003\u0002'] as const;

const UNSTORABLE = /[\u0000-\u0003]/;
const ALL_UNSTORABLE = /[\u0000-\u0003]/g;
const STORED_CODE = /\u0001[\u0002\u0003][\u0001\u0002]/g;

export const storedText = (text: string): string =>
  UNSTORABLE.test(text) ? text.replace(ALL_UNSTORABLE, (one) => CODES[one.charCodeAt(0)] ?? one) : text;

export const textOfStored = (stored: string): string =>
  UNSTORABLE.test(stored)
    ? stored.replace(STORED_CODE, (code) => String.fromCharCode(CODES.indexOf(code as (typeof CODES)[number]))) // as: what the pattern matches
    : stored;
