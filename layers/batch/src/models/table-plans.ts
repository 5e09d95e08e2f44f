import type { SlicePlan } from './plan-slices.ts';

/** How a model's rows are kept: in files, or not at all. */
export type TablePlan =
  | {
      /** The order of rows within a file: total, so that equal rows give equal bytes, and by what readers look for. */
      readonly orderBy: readonly string[];
      readonly sliced?: SlicePlan;
    }
  /** It joins what is stored: storing it costs ten times what the join costs, and its files weigh what they are made of once more. Whoever reads it computes it. */
  | { readonly computed: true };

/** A model without an entry here is refused; a test refuses an entry without a model. */
export const TABLE_PLANS: Readonly<Record<string, TablePlan>> = {
  'gold.best_by_genre': { orderBy: ['genre', 'rank'] },
  'gold.credits': { computed: true },
  'gold.crew_credits': { computed: true },
  // Gathers names, which the engine cannot spill.
  'gold.crew_names': {
    orderBy: ['title_id'],
    sliced: { keysOf: 'silver.crew', inputs: { 'silver.crew': 'tconst' }, rowsPerMb: 1000 },
  },
  'gold.genres': { orderBy: ['genre'] },
  'gold.imdb_titles': { orderBy: ['title_key'] },
  'gold.movies': { orderBy: ['title_id'] },
  'gold.people': { orderBy: ['nconst'] },
  'gold.person_movies': { orderBy: ['nconst', 'title_id'] },
  'gold.search_names': {
    orderBy: ['title_id'],
    sliced: {
      keysOf: 'silver.titles',
      inputs: { 'silver.titles': 'tconst', 'silver.akas': 'tconst', 'silver.crew': 'tconst', 'silver.principals': 'tconst' },
      rowsPerMb: 1000,
    },
  },
  'gold.statistics': { orderBy: ['name'] },
  'gold.title_names': { computed: true },
  'gold.title_events': { orderBy: ['title_id'] },
  'gold.titles': { orderBy: ['title_id'] },
  'gold.top_actors': { orderBy: ['rank'] },
  'gold.top_movie_credits': { orderBy: ['rank'] },
  'gold.top_movie_titles': { orderBy: ['rank', 'place', 'title'] },
  'gold.top_movies': { orderBy: ['rank'] },
  'silver.reference_checks': { orderBy: ['reference'] },
};

/** Whether a model's rows are stored. */
export const isComputed = (name: string): boolean => {
  const plan = TABLE_PLANS[name];
  return plan !== undefined && 'computed' in plan;
};
