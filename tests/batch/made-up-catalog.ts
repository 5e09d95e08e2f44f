/** A small made-up catalog in IMDb's format, so that runs can be tested without anybody's data. */
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface CatalogOptions {
  readonly titles: number;
  /** Votes of title `n`; anything else of a title depends on `n` alone. */
  readonly votesOf?: (n: number) => number;
  /** When its content was so, in milliseconds since 1970; else now. */
  readonly observedMs?: number | undefined;
  /** Data sets to leave out. */
  readonly without?: readonly string[];
}

const number = (n: number): string => String(n).padStart(7, '0');
const genres = ['Drama', 'Comedy,Drama', 'Action', 'Thriller', '\\N'];

const rowsOf = ({ titles, votesOf = (n) => (n * 37) % 2000 }: CatalogOptions): Record<string, readonly string[][]> => {
  const all = Array.from({ length: titles }, (_, at) => at + 1);
  const person = (n: number): string => `nm${number(1 + (n % 41))}`;
  return {
    'title.basics': [
      ['tconst', 'titleType', 'primaryTitle', 'originalTitle', 'isAdult', 'startYear', 'endYear', 'runtimeMinutes', 'genres'],
      ...all.map((n) => [
        `tt${number(n)}`,
        n % 4 === 0 ? 'tvSeries' : 'movie',
        `The "Tale" of ${n}`,
        `Märchen ${n}`,
        n % 11 === 10 ? '1' : '0',
        n % 9 === 0 ? '\\N' : String(1950 + (n % 70)),
        n % 8 === 0 ? String(2000 + (n % 20)) : '\\N',
        n % 7 === 0 ? '\\N' : String(60 + (n % 90)),
        genres[n % genres.length] ?? '\\N',
      ]),
    ],
    'title.ratings': [
      ['tconst', 'averageRating', 'numVotes'],
      ...all.filter((n) => n % 5 !== 0).map((n) => [`tt${number(n)}`, `${1 + (n % 9)}.${n % 10}`, String(votesOf(n))]),
    ],
    'name.basics': [
      ['nconst', 'primaryName', 'birthYear', 'deathYear', 'primaryProfession', 'knownForTitles'],
      ...all.filter((n) => n % 2 === 0).map((n) => [`nm${number(n)}`, `Person ${n}`, '1960', '\\N', 'actor,writer', `tt${number(n)}`]),
    ],
    'title.crew': [
      ['tconst', 'directors', 'writers'],
      ...all.map((n) => [`tt${number(n)}`, person(n), n % 3 === 0 ? '\\N' : `${person(n + 1)},${person(n + 2)}`]),
    ],
    'title.principals': [
      ['tconst', 'ordering', 'nconst', 'category', 'job', 'characters'],
      ...all.flatMap((n) => [
        [`tt${number(n)}`, '1', person(n * 3), 'actor', '\\N', '["Self","The \\"Boss\\""]'],
        [`tt${number(n)}`, '2', person(n * 5 + 1), 'actress', '\\N', '\\N'],
        [`tt${number(n)}`, '3', person(n), 'director', 'chief', '\\N'],
      ]),
    ],
    'title.akas': [
      ['titleId', 'ordering', 'title', 'region', 'language', 'types', 'attributes', 'isOriginalTitle'],
      ...all
        .filter((n) => n % 2 === 1)
        .flatMap((n) => [
          [`tt${number(n)}`, '1', `Märchen ${n}`, '\\N', '\\N', 'original', '\\N', '1'],
          [`tt${number(n)}`, '2', `Conte ${n}`, 'FR', 'fr', 'imdbDisplay\u0002tv', '\\N', '0'],
        ]),
    ],
    'title.episode': [
      ['tconst', 'parentTconst', 'seasonNumber', 'episodeNumber'],
      ...all.filter((n) => n % 6 === 0).map((n) => [`tt${number(n)}`, 'tt0000004', '1', String(n)]),
    ],
  };
};

/** Writes the catalog's files, plain, into a folder. */
export const writeCatalog = async (folder: string, options: CatalogOptions): Promise<string> => {
  await mkdir(folder, { recursive: true });
  for (const [dataset, rows] of Object.entries(rowsOf(options))) {
    if (options.without?.includes(dataset)) continue;
    const path = join(folder, `${dataset}.tsv`);
    await writeFile(path, `${rows.map((row) => row.join('\t')).join('\n')}\n`);
    if (options.observedMs !== undefined) await utimes(path, options.observedMs / 1000, options.observedMs / 1000);
  }
  return folder;
};
