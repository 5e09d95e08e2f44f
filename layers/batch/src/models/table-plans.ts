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
  /** The table whose rows are gathered, where it is not among the inputs. */
  readonly gathers?: string;
  /** Input rows that a slice may hold per megabyte of the engine's memory; measured, with room to spare. */
  readonly rowsPerMb: number;
}

/** Rows that are only joined and sorted. */
const SORTED_ROWS_PER_MB = 2000;

/** A model without an entry here is refused; a test refuses an entry without a model. */
export const TABLE_PLANS: Readonly<Record<string, TablePlan>> = {
  'gold.best_by_genre': { orderBy: ['genre', 'rank'] },
  'gold.credits': {
    orderBy: ['title_id', 'ordering'],
    sliced: {
      keysOf: 'silver.titles',
      inputs: { 'silver.titles': 'title_id' },
      gathers: 'silver.principals',
      rowsPerMb: SORTED_ROWS_PER_MB,
    },
  },
  'gold.crew_credits': { orderBy: ['title_id', 'role', 'place'] },
  'gold.crew_names': {
    orderBy: ['title_id'],
    sliced: { keysOf: 'gold.crew_credits', inputs: { 'gold.crew_credits': 'title_id' }, rowsPerMb: 600 },
  },
  'gold.genres': { orderBy: ['genre'] },
  'gold.imdb_titles': { orderBy: ['title_key'] },
  'gold.movies': { orderBy: ['title_id'] },
  'gold.people': { orderBy: ['nconst'] },
  'gold.person_movies': { orderBy: ['nconst', 'title_id'] },
  'gold.statistics': { orderBy: ['name'] },
  'gold.title_names': {
    orderBy: ['title_id', 'place', 'title'],
    sliced: { keysOf: 'silver.titles', inputs: { 'silver.titles': 'title_id' }, gathers: 'silver.akas', rowsPerMb: SORTED_ROWS_PER_MB },
  },
  'gold.title_events': { orderBy: ['title_id'] },
  'gold.titles': { orderBy: ['title_id'] },
  'gold.top_actors': { orderBy: ['rank'] },
  'gold.top_movie_credits': { orderBy: ['rank'] },
  'gold.top_movie_titles': { orderBy: ['rank', 'place', 'title'] },
  'gold.top_movies': { orderBy: ['rank'] },
  'silver.reference_checks': { orderBy: ['reference'] },
};
