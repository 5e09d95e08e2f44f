import type { SlicePlan } from '../models/plan-slices.ts';

/** Rows that become part of a document, ordered within it, by megabyte of the engine's memory; measured, with room to spare. */
const DOCUMENT_ROWS_PER_MB = 2_000;

const byTitle = (...inputs: readonly string[]): SlicePlan => ({
  keysOf: 'silver.titles',
  inputs: Object.fromEntries(['silver.titles', ...inputs].map((input) => [input, 'tconst'])),
  rowsPerMb: DOCUMENT_ROWS_PER_MB,
});

/** Views that gather rows of a key, which the engine cannot spill: they are computed in ranges of the key. */
export const VIEW_SLICES: Readonly<Record<string, SlicePlan>> = {
  credits: byTitle('silver.principals', 'silver.crew'),
  title_names: byTitle('silver.akas'),
  people: {
    keysOf: 'gold.people',
    inputs: { 'gold.people': 'nconst', 'gold.person_movies': 'nconst' },
    rowsPerMb: DOCUMENT_ROWS_PER_MB,
  },
};
