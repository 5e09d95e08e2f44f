/** A small made-up catalog in IMDb's format that has every corner in it. A line's number is its place in the list plus one; line 1 is the header. */
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The members are fields; a text is a whole line as it is, bytes too. */
type Line = readonly string[] | string | Uint8Array;

/** 250 characters that are more UTF-16 units, so that cutting at units would show. */
export const LONG_TITLE = '🎬'.repeat(150) + 'x'.repeat(100);
/** Its 200th character takes two units. */
export const LONG_ORIGINAL = `${'a'.repeat(199)}🎬🎬`;

const N = '\\N';

const basics: readonly Line[] = [
  ['tconst', 'titleType', 'primaryTitle', 'originalTitle', 'isAdult', 'startYear', 'endYear', 'runtimeMinutes', 'genres'],
  ['tt1000001', 'movie', 'Two Names', 'Zwei Namen', '0', '2001', N, '100', 'Drama,Thriller'],
  ['tt1000002', 'movie', 'Four Genres', 'Four Genres', '0', '2002', N, '90', 'Drama,Comedy,Crime,Horror'],
  ['tt1000003', 'movie', LONG_TITLE, LONG_ORIGINAL, '0', '2003', N, '80', 'Drama'],
  ['tt1000004', 'movie', `"Quoted" \\ 'it'`, 'He said "no', '0', '2003', N, N, 'Comedy'],
  ['tt1000005', 'movie', N, 'Untitled', '0', '2005', N, '0', 'Comedy'],
  ['tt1000006', 'movie', 'Broken Year', 'Broken Year', '0', '20x5', N, N, N],
  ['tt1000006', 'movie', 'First Good', 'First Good', '0', '2006', N, '61', 'Drama'],
  ['tt1000006', 'movie', 'Second Good', 'Second Good', '0', '2006', N, '62', 'Drama'],
  ['tt1000007', 'tvSeries', 'The Series', 'The Series', '0', '1990', '1995', '45', 'Comedy,Drama'],
  ['tt1000008', 'movie', 'Tie B', 'Tie B', '0', '2008', N, '88', 'Thriller'],
  ['tt1000009', 'movie', 'Tie A', 'Tie A', '0', '2009', N, '89', 'Thriller'],
  ['tt1000010', 'movie', 'Just Under', 'Just Under', '0', '2010', N, '90', 'Thriller'],
  ['tt1000011', 'movie', 'Other Rating', 'Other Rating', '0', '2011', N, '91', 'Thriller'],
  ['tt1000012', 'movie', 'No Votes', 'No Votes', '0', '2012', N, '92', 'Western'],
  ['tt1000013', 'tvEpisode', 'Pilot', 'Pilot', '0', N, N, N, N],
  ['tt1000014', 'short', 'Old Short', 'Old Short', '1', '1895', N, '1', 'Short'],
  'tt1000015\tmovie\tÉlan Vital\tÉLAN VITAL\t0\t2031\t\\N\t\\N\t\\N\r',
  ['tt1000016', 'movie'],
  Buffer.from('tt1000017\tmovie\tCaf\xe9\tCaf\xe9\t0\t2017\t\\N\t\\N\t\\N', 'latin1'),
  ['tt1000018', 'tvSeries', 'Backwards', 'Backwards', '0', '2018', '2001', N, 'Music'],
  ['tt12', 'movie', 'Short Id', 'Short Id', '0', '2012', N, N, N],
  ['tt1000019', 'movie', 'Twice Adult', 'Twice Adult', '2', '2019', N, N, N],
];

const ratings: readonly Line[] = [
  ['tconst', 'averageRating', 'numVotes'],
  ['tt1000001', '8.0', '1000'],
  ['tt1000002', '10.0', '600'],
  ['tt1000003', '1.1', '505'],
  ['tt1000004', '7.5', '499'],
  ['tt1000007', '9.5', '6895'],
  ['tt1000008', '8.0', '500'],
  ['tt1000009', '8.0', '500'],
  ['tt1000010', '9.9', '499'],
  ['tt1000011', '5.0', '800'],
  ['tt1000012', '7.0', '0'],
  ['tt9999999', '6.0', '102'],
  ['tt1000005', '5.75', '10'],
  ['tt1000005', '11.0', '10'],
  ['tt1000005', '6.0', N],
  ['tt1000006', '6.0'],
  ['tt1000014', '6.0', '100'],
];

const names: readonly Line[] = [
  ['nconst', 'primaryName', 'birthYear', 'deathYear', 'primaryProfession', 'knownForTitles'],
  ['nm0000001', 'Ann, Director', '1950', N, 'director,producer', 'tt1000001'],
  ['nm0000002', 'Bo "Quote"', N, N, 'writer', N],
  ['nm0000003', N, '1960', N, 'writer', N],
  ['nm0000004', 'Cy', '1970', N, 'actor', 'tt1000002,tt1000001'],
  ['nm0000005', 'Di', N, N, 'actress', N],
  ['nm0000006', 'Ed', N, N, N, N],
  ['nm0000007', 'Fay', '1900', '1850', N, N],
  ['nm0000001', 'Again', N, N, N, N],
  ['nm0000008', 'Gus', '19x0', N, N, N],
  ['nm0000009', 'Hal', N, N, '', N],
];

const crew: readonly Line[] = [
  ['tconst', 'directors', 'writers'],
  ['tt1000001', 'nm0000099,nm0000001,nm0000003,nm0000002,nm0000004,nm0000005,nm0000006,nm0000007', 'nm0000099'],
  ['tt1000002', 'nm0000004', N],
  ['tt1000007', N, 'nm0000005'],
  ['tt9999998', 'nm0000001', N],
  ['tt1000003', 'nm1', N],
  ['tt1000004', 'nm0000004', 'nm0000004,nm0000005'],
];

const principals: readonly Line[] = [
  ['tconst', 'ordering', 'nconst', 'category', 'job', 'characters'],
  ['tt1000001', '10', 'nm0000004', 'actor', N, '["Hero \\"X\\"","Twin"]'],
  ['tt1000001', '2', 'nm0000005', 'actress', N, N],
  ['tt1000001', '1', 'nm0000004', 'director', 'directed by', N],
  ['tt1000002', '1', 'nm0000004', 'actor', N, '["Self"]'],
  ['tt1000007', '1', 'nm0000004', 'actor', N, N],
  ['tt1000008', '1', 'nm0000005', 'actress', N, N],
  ['tt1000008', '2', 'nm0000099', 'actor', N, N],
  ['tt1000009', '1', 'nm0000006', 'self', N, '["Self"]'],
  ['tt1000001', '11', 'nm0000004', 'actor', N, '["Third"]'],
  ['tt1000001', '2', 'nm0000006', 'actor', N, N],
  ['tt1000001', '12', 'nm0000006', 'actor', N, '["unclosed'],
  ['tt9999998', '1', 'nm0000099', 'actor', N, N],
  ['tt1000010', '1', 'nm0000009', 'actor', N, N],
  ['tt1000001', 'x', 'nm0000009', 'actor', N, N],
];

const akas: readonly Line[] = [
  ['titleId', 'ordering', 'title', 'region', 'language', 'types', 'attributes', 'isOriginalTitle'],
  ['tt1000001', '10', 'Tenth', 'DE', 'de', 'imdbDisplay', N, '0'],
  ['tt1000001', '2', 'Deux Noms', 'FR', N, 'alternative\u0002festival', 'informal title\u0002short title', '0'],
  ['tt1000001', '1', 'Zwei Namen', N, N, 'original', N, '1'],
  ['tt1000004', '1', 'Another Original', N, N, 'original', N, '1'],
  ['tt1000004', '2', 'He said "no', 'US', 'en', N, N, '0'],
  ['tt9999999', '1', 'Of Nothing', 'US', N, N, N, '0'],
  ['tt1000001', '3', N, 'US', N, N, N, '0'],
  ['tt1000001', '2', 'Again', 'US', N, N, N, '0'],
  ['tt1000005', '1', 'Ohne Titel', 'DE', N, N, N, '2'],
];

const episodes: readonly Line[] = [
  ['tconst', 'parentTconst', 'seasonNumber', 'episodeNumber'],
  ['tt1000013', 'tt1000007', '1', '1'],
  ['tt9999997', 'tt1000007', N, N],
  ['tt1000001', 'tt9999996', 'x', N],
];

export const CORNER_FILES: Readonly<Record<string, readonly Line[]>> = {
  'title.basics': basics,
  'title.ratings': ratings,
  'name.basics': names,
  'title.crew': crew,
  'title.principals': principals,
  'title.akas': akas,
  'title.episode': episodes,
};

const bytesOf = (line: Line): Uint8Array =>
  typeof line === 'string' ? Buffer.from(line) : line instanceof Uint8Array ? line : Buffer.from(line.join('\t'));

/** When the catalog was so. */
export const DUMPED_MS = Date.UTC(2025, 11, 31, 12, 30);

/** Writes the named data sets into a new folder; the last line of a file has no line feed. */
export const writeCornerFiles = async (folder: string, datasets: readonly string[]): Promise<void> => {
  await mkdir(folder);
  for (const dataset of datasets) {
    const lines = CORNER_FILES[dataset] ?? [];
    const content = lines.flatMap((line, at) => (at === 0 ? [bytesOf(line)] : [Buffer.from('\n'), bytesOf(line)]));
    await writeFile(join(folder, `${dataset}.tsv`), Buffer.concat(content));
    await utimes(join(folder, `${dataset}.tsv`), DUMPED_MS / 1000, DUMPED_MS / 1000);
  }
};
