/** Made-up ids: `tt9` or `nm9` and eight digits, one more than IMDb uses, ascending with the position in the catalog. */

/** So many ids there are. */
export const MAX_TITLES = 50_000_000;

const FIRST = 900_000_000;

export const titleIdAt = (index: number): string => `tt${FIRST + index}`;

export const personIdAt = (index: number): string => `nm${FIRST + index}`;
