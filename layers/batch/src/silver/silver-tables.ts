import type { ImdbDataset } from '@rushes/domain';
import type { Partition } from '@rushes/lake';

/** A typed table of silver: `sql/silver/<name>.sql` types the lines of one data set. */
export interface SilverTable {
  readonly name: string;
  readonly dataset: ImdbDataset;
  /** One row per key; further lines with the same key go to quarantine. */
  readonly key: readonly string[];
  /** Order within a file; ends with the key. */
  readonly orderBy: readonly string[];
  readonly partitions?: readonly Partition[];
}

const firstDecade = 1900;
const lastDecade = 2030;

/** By the decade of the start year; readers that ask for a year open one file, and row groups sorted by year do the rest. */
const byStartYear = (): readonly Partition[] => {
  const parts: Partition[] = [
    { name: 'start_year=unknown', where: 'start_year IS NULL' },
    { name: `start_year=before-${firstDecade}`, where: `start_year < ${firstDecade}` },
  ];
  for (let decade = firstDecade; decade < lastDecade; decade += 10)
    parts.push({ name: `start_year=${decade}s`, where: `start_year BETWEEN ${decade} AND ${decade + 9}` });
  parts.push({ name: `start_year=from-${lastDecade}`, where: `start_year >= ${lastDecade}` });
  return parts;
};

/** By ranges of votes: what asks for at least 500 votes opens the last two. */
const byVotes: readonly Partition[] = [
  { name: 'votes=0-99', where: 'votes < 100' },
  { name: 'votes=100-499', where: 'votes BETWEEN 100 AND 499' },
  { name: 'votes=500-9999', where: 'votes BETWEEN 500 AND 9999' },
  { name: 'votes=10000-', where: 'votes >= 10000' },
];

export const SILVER_TABLES: readonly SilverTable[] = [
  { name: 'titles', dataset: 'title.basics', key: ['tconst'], orderBy: ['start_year', 'tconst'], partitions: byStartYear() },
  { name: 'ratings', dataset: 'title.ratings', key: ['tconst'], orderBy: ['tconst'], partitions: byVotes },
  { name: 'names', dataset: 'name.basics', key: ['nconst'], orderBy: ['nconst'] },
  { name: 'crew', dataset: 'title.crew', key: ['tconst'], orderBy: ['tconst'] },
  { name: 'principals', dataset: 'title.principals', key: ['tconst', 'ordering'], orderBy: ['tconst', 'ordering'] },
  { name: 'akas', dataset: 'title.akas', key: ['tconst', 'ordering'], orderBy: ['tconst', 'ordering'] },
  { name: 'episodes', dataset: 'title.episode', key: ['tconst'], orderBy: ['tconst'] },
];
