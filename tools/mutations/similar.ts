import type { Mutation } from './mutation.ts';

/** Of films that are similar. */
export const SIMILAR_MUTATIONS: readonly Mutation[] = [
  {
    name: 'genres weigh as the version alone counts them',
    file: 'layers/serving/src/answers/similar-movies.ts',
    text: 'readGenres(views),',
    replacement: 'readGenres(snapshot.batch),',
    tests: ['layers/serving/test/similar-at-positions.test.ts'],
  },
  {
    name: 'films are compared as the version alone has them',
    file: 'layers/serving/src/answers/similar-movies.ts',
    text: 'readCandidates(views.titles, title, people)',
    replacement: 'readCandidates(snapshot.batch.titles, title, people)',
    tests: ['layers/serving/test/similar-at-positions.test.ts'],
  },
];
