/** Objects of bronze that nothing kept needs any more. */
import { IMDB_DATASETS, TOPICS } from '@rushes/domain';
import type { Lake } from '@rushes/lake';
import type { Manifest } from '@rushes/ports/manifest';
import type { ObjectInfo } from '@rushes/ports';
import { replacingFiles } from '../archive/landed-files.ts';
import { ARCHIVE, landingBefore } from '../archive/landing.ts';
import { type Archive, isSpent, type Opening } from '../archive/opening.ts';
import { neededOfLoads } from '../bronze/load-dataset.ts';

const listed = async (lake: Lake, prefix: string): Promise<ObjectInfo[]> => {
  const found: ObjectInfo[] = [];
  for await (const info of lake.objects.list(prefix)) found.push(info);
  return found;
};

/**
 * Files of landings that an opening balance stands for, and those that no landing names: a run died before it landed them.
 * @param olderThanMs a file that was stored later may be about to land.
 */
export const spentArchiveFiles = async (
  lake: Lake,
  { last }: Archive,
  opening: Opening | undefined,
  olderThanMs: number,
): Promise<readonly ObjectInfo[]> => {
  const needed = new Set<string>();
  for (let landing = last; landing && !isSpent(landing, opening); landing = await landingBefore(lake, landing))
    for (const { key } of Object.values(landing.files)) needed.add(key);
  for await (const { landing: number, key } of replacingFiles(lake)) if (!isSpent({ number }, opening)) needed.add(key);
  const files = await Promise.all(TOPICS.map((topic) => listed(lake, `${ARCHIVE}/${topic}/`)));
  return files.flat().filter(({ key, modifiedAt }) => modifiedAt.getTime() < olderThanMs && !needed.has(key));
};

const keysOf = (of: readonly Pick<Manifest, 'tables'>[]): ReadonlySet<string> =>
  new Set(of.flatMap(({ tables }) => tables.flatMap(({ files }) => files.map(({ key }) => key))));

/** Opening balances that a later one stands for, and the files that they alone name. */
export const spentOpenings = (openings: readonly Opening[], current: Opening | undefined, kept: readonly Manifest[]) => {
  const spent = openings.filter(({ number }) => number < (current?.number ?? 0));
  const needed = keysOf([...openings.filter((one) => !spent.includes(one)), ...kept]);
  return { openings: spent, files: [...keysOf(spent)].filter((key) => !needed.has(key)) };
};

/** Loads of IMDb's files that no kept version reads, with their records. What comes again with the same content is loaded again. */
export const spentLoads = async (lake: Lake, kept: readonly Manifest[], olderThanMs: number): Promise<readonly ObjectInfo[]> => {
  const read = keysOf(kept);
  const isYoung = ({ modifiedAt }: ObjectInfo): boolean => modifiedAt.getTime() >= olderThanMs;
  const spent: ObjectInfo[] = [];
  for (const dataset of Object.keys(IMDB_DATASETS)) {
    const objects = await listed(lake, `bronze/${dataset}/`);
    if (objects.every(isYoung)) continue;
    const needed = await neededOfLoads(lake, objects, (key) => read.has(key), isYoung);
    spent.push(...objects.filter((info) => !isYoung(info) && !needed.has(info.key) && !read.has(info.key)));
  }
  // Records first: a load is whole or not there.
  return spent.toSorted((a, b) => Number(b.key.endsWith('.json')) - Number(a.key.endsWith('.json')));
};
