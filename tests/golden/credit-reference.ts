/** Who is credited in what, and what is known of people. */
import { byText, groupBy } from './rows.ts';
import type { Silver } from './silver-reference.ts';

const SHOWN_NAMES = 5;

const ofKnownTitles = (silver: Silver) => {
  const titles = new Map(silver.titles.map((title) => [title.tconst, title]));
  return <T extends { readonly tconst: string }>(rows: readonly T[]) =>
    rows.flatMap((row) => {
      const title = titles.get(row.tconst);
      return title === undefined ? [] : [{ title, row }];
    });
};

const orNull = (texts: readonly string[]): readonly string[] | null => (texts.length === 0 ? null : texts);

/** Directors and writers as the file mentions them. */
export const crewCredits = (silver: Silver, nameOf: (nconst: string) => string | null) =>
  ofKnownTitles(silver)(silver.crew).flatMap(({ title, row }) =>
    (['director', 'writer'] as const).flatMap((role) =>
      (row[`${role}s`] ?? []).map((nconst, at) => ({
        title_id: title.title_id,
        tconst: row.tconst,
        role,
        place: at + 1,
        nconst,
        name: nameOf(nconst),
      })),
    ),
  );

/** The first names that are known, for titles that have any. */
export const crewNames = (mentions: ReturnType<typeof crewCredits>) =>
  [...groupBy(mentions, ({ title_id }) => title_id)].flatMap(([title_id, crew]) => {
    const shown = (role: 'director' | 'writer'): readonly string[] | null =>
      orNull(crew.flatMap((one) => (one.role === role && one.name !== null ? [one.name] : [])).slice(0, SHOWN_NAMES));
    const names = { title_id, directors: shown('director'), writers: shown('writer') };
    return names.directors === null && names.writers === null ? [] : [names];
  });

export const credits = (silver: Silver, nameOf: (nconst: string) => string | null) =>
  ofKnownTitles(silver)(silver.principals)
    .map(({ title, row }) => ({
      title_id: title.title_id,
      tconst: row.tconst,
      title_type: title.title_type,
      is_adult: title.is_adult,
      ordering: row.ordering,
      nconst: row.nconst,
      name: nameOf(row.nconst),
      category: row.category,
      job: row.job,
      characters: row.characters,
    }))
    .toSorted((a, b) => byText(a.tconst, b.tconst) || a.ordering - b.ordering);

const isActor = (category: string): boolean => category === 'actor' || category === 'actress';

/** Who is credited in which movie that is not for adults only, and whether as actor or actress. */
export const personMovies = (silver: Silver, cast: ReturnType<typeof credits>, mentions: ReturnType<typeof crewCredits>) => {
  const movies = new Set(
    silver.titles.filter(({ title_type, is_adult }) => title_type === 'movie' && is_adult !== true).map(({ title_id }) => title_id),
  );
  const credited = [...cast, ...mentions.map(({ nconst, title_id }) => ({ nconst, title_id, category: '' }))];
  const pairs = groupBy(
    credited.filter(({ title_id }) => movies.has(title_id)),
    ({ nconst, title_id }) => `${nconst}/${title_id}`,
  );
  return [...pairs.values()].flatMap((pair) => {
    const [first] = pair;
    return first === undefined
      ? []
      : [{ nconst: first.nconst, title_id: first.title_id, acted: pair.some(({ category }) => isActor(category)) }];
  });
};

export const people = (
  silver: Silver,
  cast: ReturnType<typeof credits>,
  mentions: ReturnType<typeof crewCredits>,
  inMovies: ReturnType<typeof personMovies>,
) => {
  const acted = groupBy(
    inMovies.filter((one) => one.acted),
    ({ nconst }) => nconst,
  );
  const named = silver.names.map((person) => ({
    nconst: person.nconst,
    name: person.primary_name,
    birth_year: person.birth_year,
    death_year: person.death_year,
    professions: person.professions,
    known_for: person.known_for,
  }));
  const known = new Set(named.map(({ nconst }) => nconst));
  const credited = new Set([...cast, ...mentions].map(({ nconst }) => nconst).filter((nconst) => !known.has(nconst)));
  const unnamed = [...credited].map((nconst) => ({
    nconst,
    name: null,
    birth_year: null,
    death_year: null,
    professions: null,
    known_for: null,
  }));
  return [...named, ...unnamed].map((person) => ({ ...person, films: acted.get(person.nconst)?.length ?? null }));
};
