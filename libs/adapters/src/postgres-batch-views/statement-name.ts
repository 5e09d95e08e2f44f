import { createHash } from 'node:crypto';

const HEX = 32;
const names = new Map<string, string>();
const MOST = 1_000;

/** A name for a prepared statement, of at most 63 bytes; equal texts have equal names. */
export const nameOf = (text: string): string => {
  const known = names.get(text);
  if (known !== undefined) return known;
  if (names.size >= MOST) names.clear();
  const name = createHash('sha256').update(text).digest('hex').slice(0, HEX);
  names.set(text, name);
  return name;
};
