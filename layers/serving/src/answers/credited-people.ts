/** Who is credited how often, from what the view `credits` says. Pure. */

import type { CreditedAs } from '@rushes/views';

export interface CreditedPerson {
  readonly nconst: string;
  readonly name: string | null;
  /** Distinct films. */
  readonly credits: number;
  readonly categories: readonly string[];
}

/** The persons credited in most films, the most often credited first, then by nconst. One array of credits a film. */
export const mostCredited = (films: readonly (readonly CreditedAs[])[], limit: number): readonly CreditedPerson[] => {
  const people = new Map<string, { name: string | null; films: Set<number>; categories: Set<string> }>();
  for (const [film, credits] of films.entries()) {
    for (const { nconst, name, category } of credits) {
      const person = people.get(nconst) ?? { name, films: new Set(), categories: new Set() };
      person.films.add(film);
      if (category !== undefined) person.categories.add(category);
      people.set(nconst, person);
    }
  }
  return [...people]
    .map(([nconst, { name, films: in_, categories }]) => ({ nconst, name, credits: in_.size, categories: [...categories].toSorted() }))
    .toSorted((a, b) => b.credits - a.credits || (a.nconst < b.nconst ? -1 : 1))
    .slice(0, limit);
};
