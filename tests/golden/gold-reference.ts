/** What gold must hold of titles and people, from the typed rows, in plain TypeScript. */
import { byText, groupBy } from './rows.ts';
import type { Silver } from './silver-reference.ts';

const SHOWN_NAMES = 5;
const SHOWN_GENRES = 3;
const SHOWN_CHARACTERS = 200;

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
const crewCredits = (silver: Silver, nameOf: (nconst: string) => string | null) =>
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

const credits = (silver: Silver, nameOf: (nconst: string) => string | null) =>
  ofKnownTitles(silver)(silver.principals)
    .map(({ title, row }) => ({
      title_id: title.title_id,
      tconst: row.tconst,
      title_type: title.title_type,
      ordering: row.ordering,
      nconst: row.nconst,
      name: nameOf(row.nconst),
      category: row.category,
      job: row.job,
      characters: row.characters,
    }))
    .toSorted((a, b) => byText(a.tconst, b.tconst) || a.ordering - b.ordering);

const titles = (silver: Silver, mentions: ReturnType<typeof crewCredits>) => {
  const ratings = new Map(silver.ratings.map((rating) => [rating.tconst, rating]));
  const crew = new Map(silver.crew.map((row) => [row.tconst, row]));
  const byTitle = groupBy(mentions, ({ tconst }) => tconst);
  return silver.titles.map((title) => {
    const rating = ratings.get(title.tconst);
    const shown = (role: 'director' | 'writer'): readonly string[] =>
      (byTitle.get(title.tconst) ?? []).flatMap((one) => (one.role === role && one.name !== null ? [one.name] : [])).slice(0, SHOWN_NAMES);
    return {
      ...title,
      rating_tenths: rating?.rating_tenths ?? null,
      votes: rating?.votes ?? null,
      weight: rating === undefined ? null : rating.votes * rating.rating_tenths,
      directors: orNull(shown('director')),
      writers: orNull(shown('writer')),
      director_count: crew.get(title.tconst)?.directors?.length ?? 0,
      writer_count: crew.get(title.tconst)?.writers?.length ?? 0,
    };
  });
};

/** The first characters (code points) of a text. */
const cut = (text: string | null): string | null => (text === null ? null : [...text].slice(0, SHOWN_CHARACTERS).join(''));
const joined = (texts: readonly string[] | null): string | null => (texts === null || texts.length === 0 ? null : texts.join(','));

const imdbTitles = (rows: ReturnType<typeof titles>) =>
  rows.map((title) => {
    const genres = (title.genres ?? []).slice(0, SHOWN_GENRES);
    return {
      title_key: title.title_id,
      primary_title: cut(title.primary_title),
      original_title: cut(title.original_title),
      title_type: title.title_type,
      directors: joined(title.directors),
      writers: joined(title.writers),
      genres: joined(genres),
      hasDirectors: title.director_count > 0,
      hasWriters: title.writer_count > 0,
      hasEnded: title.end_year !== null,
      numOfGenres: genres.length,
      releaseYear: title.start_year,
      endYear: title.end_year,
      averageRating: title.rating_tenths === null ? null : title.rating_tenths / 10,
      numVotes: title.votes,
      runtimeMinutes: title.runtime_minutes,
      numDirectors: title.director_count,
      numWriters: title.writer_count,
    };
  });

/** Primary title, the original one, then the regional ones in IMDb's order. */
const titleNames = (silver: Silver) => {
  const akas = groupBy(silver.akas, ({ tconst }) => tconst);
  return silver.titles.flatMap((title) => {
    const own = { region: null, language: null, attributes: null };
    const regional = (akas.get(title.tconst) ?? [])
      .filter((aka) => !(aka.is_original === true && aka.title === title.original_title))
      .toSorted((a, b) => a.ordering - b.ordering);
    const names = [
      ...(title.primary_title === null ? [] : [{ ...own, place: 0, title: title.primary_title, types: ['primary'], is_original: false }]),
      ...(title.original_title === null ? [] : [{ ...own, place: 1, title: title.original_title, types: ['original'], is_original: true }]),
      ...regional.map((aka) => ({
        place: 1 + aka.ordering,
        title: aka.title,
        region: aka.region,
        language: aka.language,
        types: aka.types,
        attributes: aka.attributes,
        is_original: aka.is_original ?? false,
      })),
    ];
    return names.map((name) => ({ title_id: title.title_id, tconst: title.tconst, ...name }));
  });
};

const people = (silver: Silver, cast: ReturnType<typeof credits>, mentions: ReturnType<typeof crewCredits>) => {
  const films = new Map<string, Set<string>>();
  for (const { nconst, title_type, category, tconst } of cast) {
    if (title_type !== 'movie' || (category !== 'actor' && category !== 'actress')) continue;
    films.set(nconst, (films.get(nconst) ?? new Set()).add(tconst));
  }
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
  return [...named, ...unnamed].map((person) => ({ ...person, films: films.get(person.nconst)?.size ?? null }));
};

/** References of a table's rows into another table. */
const check = (reference: string, references: readonly string[], targets: ReadonlySet<string>) => ({
  reference,
  total: references.length,
  dangling: references.filter((one) => !targets.has(one)).length,
});

export const referenceChecks = (silver: Silver) => {
  const tconsts = new Set(silver.titles.map(({ tconst }) => tconst));
  const nconsts = new Set(silver.names.map(({ nconst }) => nconst));
  const of = (rows: readonly { readonly tconst: string }[]): readonly string[] => rows.map(({ tconst }) => tconst);
  return [
    check('akas.tconst', of(silver.akas), tconsts),
    check(
      'crew.directors',
      silver.crew.flatMap(({ directors }) => directors ?? []),
      nconsts,
    ),
    check('crew.tconst', of(silver.crew), tconsts),
    check(
      'crew.writers',
      silver.crew.flatMap(({ writers }) => writers ?? []),
      nconsts,
    ),
    check(
      'episodes.parent_tconst',
      silver.episodes.map(({ parent_tconst }) => parent_tconst),
      tconsts,
    ),
    check('episodes.tconst', of(silver.episodes), tconsts),
    check(
      'principals.nconst',
      silver.principals.map(({ nconst }) => nconst),
      nconsts,
    ),
    check('principals.tconst', of(silver.principals), tconsts),
    check('ratings.tconst', of(silver.ratings), tconsts),
  ];
};

/** The tables that say what titles and people are; rankings are made from them. */
export const entitiesOf = (silver: Silver) => {
  const names = new Map(silver.names.map(({ nconst, primary_name }) => [nconst, primary_name]));
  const nameOf = (nconst: string): string | null => names.get(nconst) ?? null;
  const mentions = crewCredits(silver, nameOf);
  const cast = credits(silver, nameOf);
  const all = titles(silver, mentions);
  return {
    crew_credits: mentions,
    credits: cast,
    titles: all,
    imdb_titles: imdbTitles(all),
    title_names: titleNames(silver),
    people: people(silver, cast, mentions),
  };
};

export type Entities = ReturnType<typeof entitiesOf>;
