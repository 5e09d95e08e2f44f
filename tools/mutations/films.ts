/** Ways to break the figures of genres and years. */
import type { Mutation } from './mutation.ts';

const OVERLAY = 'layers/serving/src/merge/overlay';
const FILM_TESTS = ['layers/serving/test/overlay-films.test.ts'];

export const FILM_MUTATIONS: readonly Mutation[] = [
  {
    name: 'a film that leaves a genre leaves its reviews there',
    file: `${OVERLAY}/merged-rows.ts`,
    text: "reviews.token === '' && states.lastChange(id, [movieRecords]).token !== '' ? [id] : []",
    replacement: '[]',
    tests: FILM_TESTS,
  },
  {
    name: 'a film is not taken away from where it counted',
    file: `${OVERLAY}/change-films.ts`,
    text: 'sums.count(film.before, reviews?.before ?? unchanged, -1n);',
    replacement: 'sums.count(film.now, reviews?.before ?? unchanged, -1n);',
    tests: FILM_TESTS,
  },
  {
    name: 'reviews of a film that changed before are counted from the version on again',
    file: `${OVERLAY}/merged-rows.ts`,
    text: 'batchReviews(reviewsKnown ? reviewsKnown.now : reviewsRow)',
    replacement: 'batchReviews(reviewsRow)',
    tests: FILM_TESTS,
  },
  {
    name: 'a film without genres that comes to be known leaves what it had in months',
    file: 'layers/serving/src/answers/film-months.ts',
    text: 'JSON.stringify(before) !== JSON.stringify(now)',
    replacement: 'before.join() !== now.join()',
    tests: FILM_TESTS,
  },
  {
    name: 'months of a film that moved stay where they were, too',
    file: 'layers/serving/src/answers/film-months.ts',
    text: 'for (const genre of before) addMonth(monthsIn(differences, genre), month, happened, -1);',
    replacement: '',
    tests: FILM_TESTS,
  },
  {
    name: 'a change against the year before adds it',
    file: 'layers/serving/src/answers/film-figures.ts',
    text: 'valueNow - valueBefore',
    replacement: 'valueNow + valueBefore',
    tests: ['layers/serving/src/answers/film-figures.test.ts'],
  },
];
