/** What gold must hold of titles and people, from the typed rows, in plain TypeScript. */
import { credits, crewCredits, crewNames, people, personMovies } from './credit-reference.ts';
import { searchNames } from './search-reference.ts';
import { imdbTitles, titleNames, titles } from './title-reference.ts';
import type { Silver } from './silver-reference.ts';

/** The tables that say what titles and people are; rankings are made from them. */
export const entitiesOf = (silver: Silver) => {
  const names = new Map(silver.names.map(({ nconst, primary_name }) => [nconst, primary_name]));
  const nameOf = (nconst: string): string | null => names.get(nconst) ?? null;
  const mentions = crewCredits(silver, nameOf);
  const cast = credits(silver, nameOf);
  const shown = crewNames(mentions);
  const inMovies = personMovies(silver, cast, mentions);
  const all = titles(silver, shown);
  const named = titleNames(silver);
  return {
    crew_credits: mentions,
    crew_names: shown,
    credits: cast,
    titles: all,
    imdb_titles: imdbTitles(all),
    title_names: named,
    search_names: searchNames(named, mentions, cast),
    person_movies: inMovies,
    people: people(silver, cast, mentions, inMovies),
  };
};

export type Entities = ReturnType<typeof entitiesOf>;
