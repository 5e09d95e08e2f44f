/** The formulas of what is similar, on the example of docs/analytics.md and at their edges. */
import { describe, expect, test } from 'vitest';

import { type Asked, type Compared, type Contributor, genreWeightE3, mostSimilar, personWeightE3, similarityOf } from './similarity.ts';

const person = (nconst: string, as: readonly string[], weightE3: number, films: readonly string[]): Contributor => ({
  nconst,
  name: null,
  as,
  films: new Set(films),
  weightE3,
});

const GENRES: Readonly<Record<string, number>> = { action: 4000, drama: 2000, comedy: 1322 };
const ASKED: Asked = {
  key: 'asked',
  genres: ['action', 'drama'],
  keywords: ['heist', 'sea'],
  year: 2004,
  people: [
    person('nm1', ['director'], 1000, ['asked', 'near']),
    person('nm2', ['writer'], 1000, ['asked', 'other']),
    person('nm3', ['actor'], 250, ['asked', 'near']),
  ],
  weightOfGenre: (genre) => GENRES[genre] ?? 0,
  trendE3: (key) => (key === 'near' ? 10_000 : 0),
};
const film = (key: string, rest: Partial<Compared> = {}): Compared => ({
  key,
  genres: [],
  keywords: [],
  year: null,
  ratingE3: null,
  votes: null,
  ...rest,
});
/** The two films of the documentation. */
const NEAR = film('near', { genres: ['drama'], keywords: ['heist'], year: 2009, ratingE3: 8000, votes: 75_000 });
const FAR = film('far', { genres: ['action', 'drama', 'comedy'], year: 2004 });

describe('the example of the documentation', () => {
  test('has these weights', () => {
    expect([personWeightE3(['director'], 4), personWeightE3(['writer'], 2), personWeightE3(['actor'], 16)]).toEqual([1000, 1000, 250]);
    expect([genreWeightE3(2, 45), genreWeightE3(14, 45), genreWeightE3(29, 45)]).toEqual([4000, 2000, 1322]);
  });

  test('has these scores', () => {
    expect(similarityOf(ASKED, NEAR)).toEqual({
      film: NEAR,
      peopleE3: 1250,
      genresE3: 333,
      keywordsE3: 250,
      yearE3: 500,
      ratingE3: 700,
      trendE3: 1100,
      scoreE3: 1796,
    });
    expect(similarityOf(ASKED, FAR)).toEqual({
      film: FAR,
      peopleE3: 0,
      genresE3: 819,
      keywordsE3: 0,
      yearE3: 1000,
      ratingE3: 400,
      trendE3: 1000,
      scoreE3: 728,
    });
    expect(mostSimilar(ASKED, [FAR, NEAR], 5).map((one) => one.film.key)).toEqual(['near', 'far']);
    expect(mostSimilar(ASKED, [FAR, NEAR], 1).map((one) => one.film.key)).toEqual(['near']);
  });
});

describe('at the edges', () => {
  test('parts of one person add up, and whoever has none that counts, or no other title, counts nothing', () => {
    expect(personWeightE3(['director', 'writer'], 2)).toBe(3000);
    expect([personWeightE3(['composer'], 2), personWeightE3(['director'], 1), personWeightE3(['director'], 0)]).toEqual([0, 0, 0]);
    // 1000 / log2(1000)
    expect(personWeightE3(['actress'], 1000)).toBe(100);
  });

  test('a film of which nothing is shared but the year is left out', () => {
    expect(mostSimilar(ASKED, [film('year', { year: 2004, ratingE3: 10_000, votes: 1_000_000 })], 5)).toEqual([]);
  });

  test('a film that shares a keyword alone is in it', () => {
    expect(mostSimilar(ASKED, [film('sea', { keywords: ['sea'] })], 5).map(({ scoreE3 }) => scoreE3)).toEqual([100]);
  });

  test('ties are in the order of votes, then of keys', () => {
    const same = { genres: ['drama'], ratingE3: 4000 };
    const films = [film('b', same), film('a', same), film('c', { ...same, votes: 9 })];
    expect(mostSimilar(ASKED, films, 5).map((one) => one.film.key)).toEqual(['c', 'a', 'b']);
  });

  test('votes without a rating are none', () => {
    expect(similarityOf(ASKED, film('odd', { votes: 1_000_000 })).ratingE3).toBe(400);
  });

  test('the largest numbers are exact: thirty directors of one other film each, the best rated of all, trending most', () => {
    const people = Array.from({ length: 30 }, (_, n) => person(`nm${n}`, ['director', 'writer'], 3000, ['near']));
    const best = film('near', { genres: ['action', 'drama'], year: 2004, ratingE3: 10_000, votes: 2 ** 31 });
    const found = similarityOf({ ...ASKED, people, trendE3: () => 2_000_000_000 }, best);
    expect(found).toMatchObject({ peopleE3: 90_000, genresE3: 1000, yearE3: 1000, ratingE3: 1000, trendE3: 1200, scoreE3: 110_400 });
  });
});
