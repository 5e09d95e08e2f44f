/** How a field of IMDb's files is typed, one function a type. All throw `Fault`. */
import { createHash } from 'node:crypto';

/** A field that does not fit: its line belongs into quarantine. */
export class Fault extends Error {}

export const NOTHING = '\\N';
const NAMESPACE_DNS = '6ba7b8109dad11d180b400c04fd430c8';

/** UUID version 5 (RFC 9562, 5.5). `space`: 32 hexadecimal digits. */
const uuid5 = (space: string, name: string): string => {
  const hash = createHash('sha1').update(Buffer.from(space, 'hex')).update(name).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};
const IMDB_NAMESPACE = uuid5(NAMESPACE_DNS, 'imdb.com').replaceAll('-', '');

export const titleId = (tconst: string): string => uuid5(IMDB_NAMESPACE, tconst);

export const required = <T>(value: T | null): T => {
  if (value === null) throw new Fault();
  return value;
};
export const text = (raw: string): string | null => (raw === NOTHING ? null : raw);
export const integer = (raw: string): number | null => {
  if (raw === NOTHING) return null;
  if (!/^[0-9]+$/.test(raw) || Number(raw) > 2 ** 31 - 1) throw new Fault();
  return Number(raw);
};
/** Years of titles outside these are taken for errors. */
export const titleYear = (raw: string): number | null => {
  const year = integer(raw);
  if (year !== null && (year < 1800 || year > 2200)) throw new Fault();
  return year;
};
/** Names of what is odd about a row, joined by commas. */
export const flags = (found: Readonly<Record<string, boolean>>): string =>
  Object.keys(found)
    .filter((name) => found[name])
    .join(',');
export const boolean = (raw: string): boolean | null => {
  if (raw === NOTHING) return null;
  if (raw !== '0' && raw !== '1') throw new Fault();
  return raw === '1';
};
export const id = (prefix: 'tt' | 'nm', raw: string): string => {
  if (!raw.startsWith(prefix) || !/^[0-9]{7,12}$/.test(raw.slice(2))) throw new Fault();
  return raw;
};
/** IMDb writes an empty list as `\\N` or, in some columns, as nothing at all. */
export const list = (raw: string, separator = ','): readonly string[] | null => {
  if (raw === NOTHING || raw === '') return null;
  const members = raw.split(separator);
  if (members.includes('')) throw new Fault();
  return members;
};
export const ids = (prefix: 'tt' | 'nm', raw: string): readonly string[] | null => list(raw)?.map((member) => id(prefix, member)) ?? null;
export const tenths = (raw: string): number => {
  if (!/^([1-9]\.[0-9]|10\.0)$/.test(raw)) throw new Fault();
  return Number(raw.replace('.', ''));
};
export const jsonTexts = (raw: string): readonly string[] | null => {
  if (raw === NOTHING) return null;
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    throw new Fault();
  }
  if (!Array.isArray(value) || !value.every((member) => typeof member === 'string')) throw new Fault();
  return value;
};
