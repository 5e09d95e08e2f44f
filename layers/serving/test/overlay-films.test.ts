/** The sums over films that events changed, by hand: who leaves a genre or a year takes all along, and whoever comes, comes with all. */
import { ALL_FILMS, namedFilmSums } from '@rushes/views';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { filmMonths } from '../src/answers/film-months.ts';
import { filmSumsByYear, sumsOfYear } from '../src/answers/film-sums-by-year.ts';
import type { CurrentSnapshot } from '../src/merge/current-snapshot.ts';
import { added, changed, followingReplica, openOverlayCase, type OverlayCase, rated, reviewed } from './overlay-case.ts';

let on: OverlayCase;
beforeEach(async () => {
  on = await openOverlayCase();
});
afterEach(() => on.close());

/** Films, votes, points and reviews of a genre's year. */
const at = async (replica: CurrentSnapshot, genreKey: string, year?: number) => {
  const { films, votes, points_e3, reviews, compound_e4 } = namedFilmSums(
    sumsOfYear((await filmSumsByYear(replica.require(), genreKey)).merged, year),
  );
  return [films, votes, points_e3, reviews, compound_e4].map(Number);
};

/** Movie 1 of the dumps is a drama of 1991 with 10 votes of 6.1; in the version one more of 8, and a review of 0.6696. */
const published = async (): Promise<CurrentSnapshot> => {
  on.history.give(rated(1, 8), reviewed(1, 'I love it!'));
  const cut = on.history.barrier(1);
  await on.projectAll();
  await on.publish(1, cut);
  return followingReplica(on);
};
const shown = async (replica: CurrentSnapshot): Promise<void> => {
  await on.projectAll();
  await replica.poll();
};

/** (10 × 6.1 + 8) / 11 = 6.273, times 11. */
const BEFORE = [1, 11, 69_003, 1, 6696];
const NOTHING = [0, 0, 0, 0, 0];

test('a film that changes genre and year takes its votes along, and its reviews, which nobody changed', async () => {
  const replica = await published();
  expect([await at(replica, 'drama', 1991), await at(replica, ALL_FILMS, 1991)]).toEqual([BEFORE, BEFORE]);
  on.history.give(changed(1, 'Title 1', ['War'], 2001));
  await shown(replica);
  expect([await at(replica, 'drama', 1991), await at(replica, 'drama'), await at(replica, ALL_FILMS, 1991)]).toEqual([
    NOTHING,
    NOTHING,
    NOTHING,
  ]);
  expect([await at(replica, 'war', 2001), await at(replica, ALL_FILMS, 2001), await at(replica, ALL_FILMS)]).toEqual([
    BEFORE,
    BEFORE,
    BEFORE,
  ]);
  // And back again.
  on.history.give(changed(1, 'Title 1', ['Drama'], 1991));
  await shown(replica);
  expect([await at(replica, 'war'), await at(replica, 'drama', 1991)]).toEqual([NOTHING, BEFORE]);
});

test('a review of a film that nothing else changed counts where the version has the film', async () => {
  const replica = await published();
  on.history.give(reviewed(1, 'Awful.'));
  await shown(replica);
  // −0.4588
  expect(await at(replica, 'drama', 1991)).toEqual([1, 11, 69_003, 2, 6696 - 4588]);
  on.history.give(reviewed(1, 'A film.'), changed(1, 'Title 1', ['War'], 2001));
  await shown(replica);
  expect([await at(replica, 'drama'), await at(replica, 'war', 2001)]).toEqual([NOTHING, [1, 11, 69_003, 3, 6696 - 4588]]);
});

test('what happened to a film in each month goes along, before the cut and after it', async () => {
  const replica = await published();
  // In the version a rating on the 9th of January; a review in each of two months after it.
  on.history.give(reviewed(1, 'I love it!', '2025-12-31T23:59:59.000Z'), reviewed(1, 'Awful.', '2026-01-01T00:00:00.000Z'), rated(3, 5));
  await shown(replica);
  const monthsOf = async (genreKey: string) =>
    [...(await filmMonths(replica.require(), genreKey))]
      .map(([month, { ratings, sumTenths, reviews, compoundE4 }]) => [month, ratings, sumTenths, reviews, compoundE4])
      .filter(([, ratings, , reviews]) => ratings !== 0 || reviews !== 0)
      .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  const both = [
    ['2025-12', 0, 0, 1, 6696],
    ['2026-01', 1, 80, 2, 6696 - 4588],
  ];
  expect([await monthsOf('drama'), await monthsOf(ALL_FILMS), await monthsOf('war')]).toEqual([both, both, []]);
  on.history.give(changed(1, 'Title 1', ['War']));
  await shown(replica);
  expect([await monthsOf('drama'), await monthsOf(ALL_FILMS), await monthsOf('war')]).toEqual([[], both, both]);
});

test('what the version has of a title that nobody knew counts once somebody told of it, also if it has no genre', async () => {
  on.history.give(rated(7, 9), reviewed(7, 'I love it!', '2025-12-31T23:59:59.000Z'));
  const replica = await published();
  const months = async () =>
    [...(await filmMonths(replica.require(), ALL_FILMS))].map(([month, { ratings, reviews }]) => [month, ratings, reviews]);
  expect([await at(replica, ALL_FILMS), await months()]).toEqual([BEFORE, [['2026-01', 1, 1]]]);
  on.history.give(added(7, 'New', []));
  await shown(replica);
  expect(await at(replica, ALL_FILMS)).toEqual([2, 12, 78_003, 2, 2 * 6696]);
  expect(new Set(await months())).toEqual(
    new Set([
      ['2025-12', 0, 1],
      ['2026-01', 2, 1],
    ]),
  );
});

test('what is said of a title counts once somebody has told of it', async () => {
  const replica = await published();
  on.history.give(rated(7, 9), reviewed(7, 'I love it!'));
  await shown(replica);
  expect(await at(replica, ALL_FILMS)).toEqual(BEFORE);
  on.history.give(added(7, 'New', ['Odd']));
  await shown(replica);
  expect([await at(replica, 'odd', 2001), await at(replica, ALL_FILMS)]).toEqual([
    [1, 1, 9000, 1, 6696],
    [2, 12, 78_003, 2, 2 * 6696],
  ]);
});

test('adult titles and series are none of the films, whatever happens to them', async () => {
  const replica = await published();
  on.history.give(rated(2, 9), reviewed(2, 'I love it!'), rated(3, 9), changed(3, 'Title 3', ['Odd'], 1991));
  await shown(replica);
  expect([await at(replica, ALL_FILMS), await at(replica, 'odd')]).toEqual([BEFORE, NOTHING]);
});
