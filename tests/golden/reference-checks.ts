/** How many references between the files lead nowhere, counted from the typed rows. */
import type { Silver } from './silver-reference.ts';

/** References of a table's rows into another table. */
const check = (reference: string, references: readonly string[], targets: ReadonlySet<string>) => ({
  reference,
  total: references.length,
  dangling: references.filter((one) => !targets.has(one)).length,
});

export const referenceChecks = (silver: Silver) => {
  const tconsts = new Set(silver.titles.map(({ tconst }) => tconst));
  const nconsts = new Set(silver.names.map(({ nconst }) => nconst));
  const of = (rows: readonly { readonly tconst: string }[]): readonly string[] => rows.map(({ tconst }) => tconst);
  return [
    check('akas.tconst', of(silver.akas), tconsts),
    check(
      'crew.directors',
      silver.crew.flatMap(({ directors }) => directors ?? []),
      nconsts,
    ),
    check('crew.tconst', of(silver.crew), tconsts),
    check(
      'crew.writers',
      silver.crew.flatMap(({ writers }) => writers ?? []),
      nconsts,
    ),
    check(
      'episodes.parent_tconst',
      silver.episodes.map(({ parent_tconst }) => parent_tconst),
      tconsts,
    ),
    check('episodes.tconst', of(silver.episodes), tconsts),
    check(
      'principals.nconst',
      silver.principals.map(({ nconst }) => nconst),
      nconsts,
    ),
    check('principals.tconst', of(silver.principals), tconsts),
    check('ratings.tconst', of(silver.ratings), tconsts),
  ];
};
