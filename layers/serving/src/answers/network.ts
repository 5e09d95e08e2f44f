/** Whom a person works with: shared movies and their average rating. Pure. */
import type { CreditedAs } from '@rushes/views';

import { thousandthsText } from './quotient.ts';

export interface SharedMovie {
  /** Everybody credited; a person may stand there several times. */
  readonly people: readonly CreditedAs[];
  /** Thousandths of points; `null` for unrated. */
  readonly rating: number | null;
}

interface Shared {
  readonly name: string | null;
  movies: number;
  ratedMovies: number;
  /** Thousandths. */
  ratingSum: number;
}

/** JSON text of the closest collaborators of `nconst`: most shared movies first, then by nconst. */
export const collaboratorsText = (movies: readonly SharedMovie[], nconst: string, limit: number): string => {
  const others = new Map<string, Shared>();
  for (const { people, rating } of movies) {
    for (const person of new Map(people.map((credit) => [credit.nconst, credit])).values()) {
      if (person.nconst === nconst) continue;
      const shared = others.get(person.nconst) ?? { name: person.name, movies: 0, ratedMovies: 0, ratingSum: 0 };
      shared.movies += 1;
      if (rating !== null) {
        shared.ratedMovies += 1;
        shared.ratingSum += rating;
      }
      others.set(person.nconst, shared);
    }
  }
  const closest = [...others].toSorted(([a, sharedA], [b, sharedB]) => sharedB.movies - sharedA.movies || (a < b ? -1 : 1)).slice(0, limit);
  const texts = closest.map(([id, shared]) => {
    const average = shared.ratedMovies === 0 ? 'null' : thousandthsText(BigInt(shared.ratingSum), 1000n * BigInt(shared.ratedMovies));
    return `{"nconst":${JSON.stringify(id)},"name":${JSON.stringify(shared.name)},"shared_movies":${shared.movies},"average_rating":${average}}`;
  });
  return `[${texts.join(',')}]`;
};
