/** How the rows of a derived table are ordered, and whether it is computed in slices. */
export interface TablePlan {
  /**
   * The order of rows within the files: total, so that equal rows give equal bytes, and by what readers look for.
   */
  readonly orderBy: readonly string[];
  readonly sliced?: SlicePlan;
}

/**
 * A table that gathers the rows of a key (into a list, a document) holds whole groups in memory, which the engine cannot spill. It is computed in
 * ranges of the key: while a range is computed, the model sees only that range of its inputs. The table's order begins with that key.
 */
export interface SlicePlan {
  /** The table whose keys are cut into ranges of equal length; it has to be there before the model is. */
  readonly keysOf: string;
  /** The key's column in each input that is narrowed. Where an input is ordered by it, a range is read without reading the rest. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Input rows that a slice may hold per megabyte of the engine's memory; measured, with room to spare. */
  readonly rowsPerMb: number;
}

/** Rows that are only joined and sorted: few enough to be sorted without spilling, so many that names are not looked up in too many slices anew. */
const SORTED_ROWS_PER_MB = 1300;
/** The same where rows are narrow. */
const NARROW_ROWS_PER_MB = 6000;

/** Titles with the rows that belong to them: both are read by ranges of `tconst`. */
const sortedByTconst = (input: string, rowsPerMb: number): SlicePlan => ({
  keysOf: 'silver.titles',
  inputs: { 'silver.titles': 'tconst', [input]: 'tconst' },
  rowsPerMb,
});

/** A model without an entry here is refused; a test refuses an entry without a model. */
export const TABLE_PLANS: Readonly<Record<string, TablePlan>> = {
  'gold.best_by_genre': { orderBy: ['genre', 'rank'] },
  'gold.credits': { orderBy: ['tconst', 'ordering'], sliced: sortedByTconst('silver.principals', SORTED_ROWS_PER_MB) },
  'gold.crew_credits': { orderBy: ['tconst', 'role', 'place'], sliced: sortedByTconst('silver.crew', NARROW_ROWS_PER_MB) },
  // Gathers names, which the engine cannot spill.
  'gold.crew_names': {
    orderBy: ['title_id'],
    sliced: { keysOf: 'silver.titles', inputs: { 'gold.crew_credits': 'title_id' }, rowsPerMb: 2000 },
  },
  'gold.genres': { orderBy: ['genre'] },
  'gold.imdb_titles': { orderBy: ['title_key'] },
  'gold.movies': { orderBy: ['title_id'] },
  'gold.people': { orderBy: ['nconst'] },
  'gold.person_movies': { orderBy: ['nconst', 'title_id'] },
  'gold.statistics': { orderBy: ['name'] },
  'gold.title_names': { orderBy: ['tconst', 'place'], sliced: sortedByTconst('silver.akas', SORTED_ROWS_PER_MB) },
  'gold.title_events': { orderBy: ['title_id'] },
  'gold.titles': { orderBy: ['title_id'] },
  'gold.top_actors': { orderBy: ['rank'] },
  'gold.top_movie_credits': { orderBy: ['rank'] },
  'gold.top_movie_titles': { orderBy: ['rank', 'place', 'title'] },
  'gold.top_movies': { orderBy: ['rank'] },
  'silver.reference_checks': { orderBy: ['reference'] },
};
