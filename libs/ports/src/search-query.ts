/**
 * Searching an artefact by words. What matches and in which order is defined by the words and rows alone (`@rushes/domain`), never by a store: a store finds
 * rows that may match by its index, and everything else is done by `searchCollector`, which all of them share. So every store gives the same answer.
 */
import type { SearchWords } from '@rushes/domain';

import type { CellValue, Condition, ListPosition, SortColumn } from './artefact-rows.ts';

/** Stands for the score in orders of a search; no column has this name. */
export const SCORE = '_score';

export interface SearchQuery extends SearchWords {
  /** All must hold. */
  readonly where: readonly Condition[];
  /** Keys of rows that are left out. */
  readonly except: readonly string[];
  /** By columns, and `SCORE`. As in lists. */
  readonly sort: readonly SortColumn[];
  /** Only rows that stand after this place; counts are of all rows. */
  readonly after?: ListPosition;
  readonly limit: number;
  /** Columns of which it is counted how many of the rows have each value; of a set, each member. */
  readonly tally: readonly string[];
}

export interface FoundRow {
  readonly key: string;
  /** Values of the sort columns: with the key, the row's place. */
  readonly sortValues: readonly CellValue[];
  readonly score: number;
  /** What the searched columns hold, one behind the other: `searchJudge` says of it what matches. */
  readonly names: string;
}

export interface SearchResult {
  readonly rows: readonly FoundRow[];
  /** How many rows match. */
  readonly total: number;
  /** For each column of `tally`, how many rows have a value; nulls are not counted. */
  readonly tallies: readonly ReadonlyMap<string | number | boolean, number>[];
}
