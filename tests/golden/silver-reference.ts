/**
 * What silver must hold, from the files' lines: one typed row per key, the first well-formed line of a key wins, every other line is in
 * quarantine.
 */
import { createHash } from 'node:crypto';

import { readImdbFile, type ImdbFile } from './read-imdb.ts';
import type { Row } from './rows.ts';

/** A line that has to go to quarantine. Why is the project's own choice of words. */
export interface Refused {
  readonly dataset: string;
  readonly source_file: string;
  readonly line_number: number;
  readonly raw: string;
}

class Fault extends Error {}

const NOTHING = '\\N';
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

const required = <T>(value: T | null): T => {
  if (value === null) throw new Fault();
  return value;
};
const text = (raw: string): string | null => (raw === NOTHING ? null : raw);
const integer = (raw: string): number | null => {
  if (raw === NOTHING) return null;
  if (!/^[0-9]+$/.test(raw) || Number(raw) > 2 ** 31 - 1) throw new Fault();
  return Number(raw);
};
const boolean = (raw: string): boolean | null => {
  if (raw === NOTHING) return null;
  if (raw !== '0' && raw !== '1') throw new Fault();
  return raw === '1';
};
const id = (prefix: 'tt' | 'nm', raw: string): string => {
  if (!raw.startsWith(prefix) || !/^[0-9]{7,12}$/.test(raw.slice(2))) throw new Fault();
  return raw;
};
/** IMDb writes an empty list as `\\N` or, in some columns, as nothing at all. */
const list = (raw: string, separator = ','): readonly string[] | null => {
  if (raw === NOTHING || raw === '') return null;
  const members = raw.split(separator);
  if (members.includes('')) throw new Fault();
  return members;
};
const ids = (prefix: 'tt' | 'nm', raw: string): readonly string[] | null => list(raw)?.map((member) => id(prefix, member)) ?? null;
const tenths = (raw: string): number => {
  if (!/^([1-9]\.[0-9]|10\.0)$/.test(raw)) throw new Fault();
  return Number(raw.replace('.', ''));
};
const jsonTexts = (raw: string): readonly string[] | null => {
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

type Field = (column: string) => string;

const typeTitle = (field: Field) => ({
  tconst: id('tt', field('tconst')),
  title_id: titleId(field('tconst')),
  title_type: required(text(field('titleType'))),
  primary_title: text(field('primaryTitle')),
  original_title: text(field('originalTitle')),
  is_adult: boolean(field('isAdult')),
  start_year: integer(field('startYear')),
  end_year: integer(field('endYear')),
  runtime_minutes: integer(field('runtimeMinutes')),
  genres: list(field('genres')),
});
const typeRating = (field: Field) => ({
  tconst: id('tt', field('tconst')),
  rating_tenths: tenths(field('averageRating')),
  votes: required(integer(field('numVotes'))),
});
const typeName = (field: Field) => ({
  nconst: id('nm', field('nconst')),
  primary_name: text(field('primaryName')),
  birth_year: integer(field('birthYear')),
  death_year: integer(field('deathYear')),
  professions: list(field('primaryProfession')),
  known_for: ids('tt', field('knownForTitles')),
});
const typeCrew = (field: Field) => ({
  tconst: id('tt', field('tconst')),
  directors: ids('nm', field('directors')),
  writers: ids('nm', field('writers')),
});
const typePrincipal = (field: Field) => ({
  tconst: id('tt', field('tconst')),
  ordering: required(integer(field('ordering'))),
  nconst: id('nm', field('nconst')),
  category: required(text(field('category'))),
  job: text(field('job')),
  characters: jsonTexts(field('characters')),
});
const typeAka = (field: Field) => ({
  tconst: id('tt', field('titleId')),
  ordering: required(integer(field('ordering'))),
  title: required(text(field('title'))),
  region: text(field('region')),
  language: text(field('language')),
  types: list(field('types'), '\u0002'),
  attributes: list(field('attributes'), '\u0002'),
  is_original: boolean(field('isOriginalTitle')),
});
const typeEpisode = (field: Field) => ({
  tconst: id('tt', field('tconst')),
  parent_tconst: id('tt', field('parentTconst')),
  season_number: integer(field('seasonNumber')),
  episode_number: integer(field('episodeNumber')),
});

/** Types a file's lines; those that do not fit, or repeat a key, are added to `refused`. */
const typeLines = <T extends Row>(
  dataset: string,
  file: ImdbFile | undefined,
  type: (field: Field) => T,
  key: readonly (keyof T)[],
  refused: Refused[],
) => {
  const rows = new Map<string, T>();
  for (const { number, raw, fields } of file?.lines ?? []) {
    const refuse = (): void => void refused.push({ dataset, source_file: file?.name ?? '', line_number: number, raw });
    if (fields === undefined) {
      refuse();
      continue;
    }
    try {
      const row = type((column) => fields.get(column) ?? NOTHING);
      const value = key.map((column) => row[column]).join('/');
      if (rows.has(value)) refuse();
      else rows.set(value, row);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      refuse();
    }
  }
  return [...rows.values()];
};

/** The seven typed tables of a folder of IMDb's files, and what is refused. */
export const silverOf = (folder: string) => {
  const refused: Refused[] = [];
  const table = <T extends Row>(dataset: string, type: (field: Field) => T, key: readonly (keyof T)[]): readonly T[] =>
    typeLines(dataset, readImdbFile(folder, dataset), type, key, refused);
  return {
    titles: table('title.basics', typeTitle, ['tconst']),
    ratings: table('title.ratings', typeRating, ['tconst']),
    names: table('name.basics', typeName, ['nconst']),
    crew: table('title.crew', typeCrew, ['tconst']),
    principals: table('title.principals', typePrincipal, ['tconst', 'ordering']),
    akas: table('title.akas', typeAka, ['tconst', 'ordering']),
    episodes: table('title.episode', typeEpisode, ['tconst']),
    refused,
  };
};

export type Silver = ReturnType<typeof silverOf>;
