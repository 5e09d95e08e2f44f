/**
 * Small ways to break the merge, and what is made of it, each with the tests that have to notice it. Invariant: the text to be replaced stands in the file exactly once, so the
 * list cannot outlive the code that it is about.
 */
import { BATCH_MUTATIONS } from './batch.ts';
import { FILM_MUTATIONS } from './films.ts';
import { FOLLOW_MUTATIONS } from './follow.ts';
import { ICEBERG_MUTATIONS } from './iceberg.ts';
import type { Mutation } from './mutation.ts';
import { POPULARITY_MUTATIONS } from './popularity.ts';
import { SERVING_MUTATIONS } from './serving.ts';
import { SIMILAR_MUTATIONS } from './similar.ts';
import { SPEED_MUTATIONS } from './speed.ts';
import { TABLE_MUTATIONS } from './tables.ts';
import { TMDB_MUTATIONS } from './tmdb.ts';
import { WARNING_MUTATIONS } from './warnings.ts';

export type { Mutation };

export const MUTATIONS: readonly Mutation[] = [
  ...SPEED_MUTATIONS,
  ...SERVING_MUTATIONS,
  ...FILM_MUTATIONS,
  ...BATCH_MUTATIONS,
  ...TABLE_MUTATIONS,
  ...TMDB_MUTATIONS,
  ...FOLLOW_MUTATIONS,
  ...SIMILAR_MUTATIONS,
  ...ICEBERG_MUTATIONS,
  ...POPULARITY_MUTATIONS,
  ...WARNING_MUTATIONS,
];
