/** Who is credited how often, from the documents of the view `credits`. Pure. */

/** The members of a credit that are counted here. */
export interface CreditedAs {
  readonly nconst: string;
  readonly name: string | null;
  readonly category?: string;
}

/** A credits document: an array of objects with `nconst`, `name` and mostly `category`. Throws if it is anything else. */
export const parseCredits = (document: string, title: string): readonly CreditedAs[] => {
  const credits: unknown = JSON.parse(document);
  if (!Array.isArray(credits))
    throw new Error(`a credits document of ${title} is no array: the artefact was not built by this version's view definition`);
  return credits as CreditedAs[]; // as: the view's definition says what its documents hold; the batch layer's tests hold it to that
};

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
