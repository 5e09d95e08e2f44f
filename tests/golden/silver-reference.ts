/**
 * What silver must hold, from the files' lines: one typed row per key, the first well-formed line of a key wins, every other line is in
 * quarantine.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';

import {
  boolean,
  Fault,
  flags,
  id,
  ids,
  integer,
  jsonTexts,
  list,
  NOTHING,
  required,
  tenths,
  text,
  titleId,
  titleYear,
} from './field-types.ts';
import { readImdbFile, type ImdbFile } from './read-imdb.ts';
import type { Row } from './rows.ts';

/** A line that has to go to quarantine. Why is the project's own choice of words. */
export interface Refused {
  readonly dataset: string;
  readonly source_file: string;
  readonly line_number: number;
  readonly raw: string;
}

type Field = (column: string) => string;

const typeTitle = (field: Field) => {
  const title = {
    tconst: id('tt', field('tconst')),
    title_id: titleId(field('tconst')),
    title_type: required(text(field('titleType'))),
    primary_title: text(field('primaryTitle')),
    original_title: text(field('originalTitle')),
    is_adult: boolean(field('isAdult')),
    start_year: titleYear(field('startYear')),
    end_year: titleYear(field('endYear')),
    runtime_minutes: integer(field('runtimeMinutes')),
    genres: list(field('genres')),
  };
  const { start_year, end_year } = title;
  const quality_flags = flags({
    no_title: title.primary_title === null,
    adult: title.is_adult === true,
    no_start_year: start_year === null,
    ends_before_start: start_year !== null && end_year !== null && end_year < start_year,
    zero_runtime: title.runtime_minutes === 0,
    no_genres: title.genres === null,
  });
  return { ...title, quality_flags };
};
const typeRating = (field: Field) => ({
  tconst: id('tt', field('tconst')),
  rating_tenths: tenths(field('averageRating')),
  votes: required(integer(field('numVotes'))),
});
const typeName = (field: Field) => {
  const name = {
    nconst: id('nm', field('nconst')),
    primary_name: text(field('primaryName')),
    birth_year: integer(field('birthYear')),
    death_year: integer(field('deathYear')),
    professions: list(field('primaryProfession')),
    known_for: ids('tt', field('knownForTitles')),
  };
  const { birth_year, death_year } = name;
  const quality_flags = flags({
    no_name: name.primary_name === null,
    dies_before_birth: birth_year !== null && death_year !== null && death_year < birth_year,
  });
  return { ...name, quality_flags };
};
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

/** When the ratings were so: when their file was last changed. */
const dumpTimes = (folder: string): readonly Row[] => {
  const file = readImdbFile(folder, 'title.ratings');
  return file === undefined ? [] : [{ dataset: 'title.ratings', observed_ms: Math.floor(statSync(join(folder, file.name)).mtimeMs) }];
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
    dumpTimes: dumpTimes(folder),
    refused,
  };
};

export type Silver = ReturnType<typeof silverOf>;
