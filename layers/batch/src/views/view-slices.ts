import type { SlicePlan } from '../models/table-plans.ts';

/** Rows that become part of a document, ordered within it, by megabyte of the engine's memory; measured, with room to spare. */
const DOCUMENT_ROWS_PER_MB = 1_000;

const byTitle = (...inputs: readonly string[]): SlicePlan => ({
  keysOf: 'silver.titles',
  inputs: Object.fromEntries(inputs.map((input) => [input, 'tconst'])),
  rowsPerMb: DOCUMENT_ROWS_PER_MB,
});

/** Views that gather rows of a key, which the engine cannot spill: they are computed in ranges of the key. */
export const VIEW_SLICES: Readonly<Record<string, SlicePlan>> = {
  credits: byTitle('gold.credits', 'gold.crew_credits'),
  title_names: byTitle('gold.title_names'),
  people: {
    keysOf: 'gold.people',
    inputs: { 'gold.people': 'nconst', 'gold.person_movies': 'nconst' },
    rowsPerMb: 2 * DOCUMENT_ROWS_PER_MB,
  },
};
