/** IMDb's files a while later: the same folder, but some titles got a vote more. */
import { link, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

const RATINGS = 'title.ratings.tsv.gz';

/** Makes `to` of `from`: every `every`-th title of the ratings has one more vote, all other files are the same bytes. */
export const changeRatings = async (from: string, to: string, every: number): Promise<void> => {
  await mkdir(to);
  for (const file of await readdir(from)) if (file !== RATINGS) await link(join(from, file), join(to, file));
  const lines = (await promisify(gunzip)(await readFile(join(from, RATINGS)))).toString().split('\n');
  const changed = lines.map((line, number) => {
    const [tconst, rating, votes] = line.split('\t');
    return number === 0 || number % every !== 0 || votes === undefined ? line : `${tconst}\t${rating}\t${Number(votes) + 1}`;
  });
  await writeFile(join(to, RATINGS), await promisify(gzip)(changed.join('\n')));
};
