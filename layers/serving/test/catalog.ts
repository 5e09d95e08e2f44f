/** Made-up films and people, as the batch layer would publish them. */
import { foldText, sortKey, titleIdOf, type Tconst } from '@rushes/domain';
import { SET_SEPARATOR, type ArtefactRow, type BatchViewStore, type CellValue, type Publication } from '@rushes/ports';
import { NOTHING_TOLD, searchedTitles, shownText, VIEWS } from '@rushes/views';

import { activityCells, popularityCells } from './activity-cells.ts';
import { filmSumsOf, monthsOf } from './film-rows.ts';

export interface FilmFixture {
  readonly tconst: string;
  /** `null`: IMDb has none. */
  readonly title: string | null;
  readonly type?: string;
  readonly adult?: boolean;
  readonly tmdbId?: number | null;
  readonly year?: number | null;
  readonly endYear?: number | null;
  /** Tenths. */
  readonly rating?: number | null;
  readonly votes?: number | null;
  readonly runtime?: number | null;
  readonly genres?: readonly string[];
  readonly directors?: readonly string[];
  readonly writers?: readonly string[];
  readonly cast?: readonly string[];
  /** Regional titles, by region. */
  readonly names?: Readonly<Record<string, string>>;
}

export interface Catalog {
  readonly films: readonly FilmFixture[];
  /** Name by nconst; `null`: credited, but unknown. */
  readonly people: Readonly<Record<string, string | null>>;
}

export const idOf = (tconst: string): string => titleIdOf(tconst as Tconst); // as: fixtures hold well-formed ids

const setText = (members: readonly string[]): string | null => (members.length === 0 ? null : members.join(SET_SEPARATOR));

/** A film with everything filled in. */
const complete = (film: FilmFixture) => ({
  type: 'movie',
  adult: false,
  tmdbId: null,
  year: null,
  endYear: null,
  rating: null,
  votes: null,
  runtime: null,
  genres: [],
  directors: [],
  writers: [],
  cast: [],
  names: {},
  ...film,
});

type CompleteFilm = ReturnType<typeof complete>;

export const movieObject = (given: FilmFixture) => {
  const film = complete(given);
  return {
    id: idOf(film.tconst),
    tconst: film.tconst,
    tmdb_id: film.tmdbId,
    title: film.title,
    original_title: film.title,
    type: film.type,
    year: film.year,
    runtime_minutes: film.runtime,
    genres: film.genres,
    rating: film.rating === null ? null : film.rating / 10,
    votes: film.votes,
    imdb_link: `https://www.imdb.com/title/${film.tconst}/`,
    is_adult: film.adult,
    budget: null,
    revenue: null,
    popularity: null,
    keywords: [],
  };
};

const titleRow = (film: CompleteFilm, people: Catalog['people']): ArtefactRow => {
  const namesOf = (nconsts: readonly string[]) => nconsts.map((nconst) => people[nconst] ?? null).filter((name) => name !== null);
  const [directors, writers] = [namesOf(film.directors), namesOf(film.writers)];
  const shown = shownText({
    tconst: film.tconst,
    tmdb_id: film.tmdbId,
    type: film.type,
    is_adult: film.adult,
    title: film.title,
    original_title: film.title,
    year: film.year,
    end_year: film.endYear,
    runtime: film.runtime,
    rating: film.rating === null ? null : film.rating * 100,
    votes: film.votes,
    genres: setText(film.genres),
    directors: setText(directors),
    writers: setText(writers),
    director_count: film.directors.length,
    writer_count: film.writers.length,
    told: NOTHING_TOLD,
  });
  const folded = (text: string | null): string | null => (text === null ? null : foldText(text));
  const cells: Record<string, CellValue> = {
    id: idOf(film.tconst),
    tconst: film.tconst,
    kind: foldText(film.adult ? `!${film.type}` : film.type),
    title_sort: film.title === null ? null : sortKey(film.title),
    primary_title: folded(film.title),
    original_title: folded(film.title),
    year: film.year,
    end_year: film.endYear,
    rating: film.rating === null ? null : film.rating * 100,
    votes: film.votes,
    runtime: film.runtime,
    weight: film.rating === null || film.votes === null ? null : film.rating * 100 * film.votes,
    genre_keys: folded(setText(film.genres)),
    directors: folded(setText(directors)),
    writers: folded(setText(writers)),
    director_count: film.directors.length,
    writer_count: film.writers.length,
    genre_count: film.genres.length,
    shown,
    rating_sources: null,
    live: null,
  };
  return rowOf('titles', cells);
};

const viewOf = (name: string) => {
  const view = VIEWS.find((one) => one.name === name);
  if (view === undefined) throw new Error(`no view ${name}`);
  return view;
};

const rowOf = (view: string, cells: Readonly<Record<string, CellValue>>): ArtefactRow => {
  const { layout } = viewOf(view);
  return [layout.key, ...Object.keys(layout.columns), ...layout.documents].map((column) => {
    const cell = cells[column];
    if (cell === undefined) throw new Error(`the fixture has no ${column} for ${view}`);
    return cell;
  });
};

/** Rows of a text that is written out later: fields joined by U+001C, rows by U+001D, nothing for null. */
const rowsText = (rows: readonly (readonly (string | number | null)[])[]): string | null =>
  rows.length === 0 ? null : rows.map((row) => row.map((field) => field ?? '').join('\u001c')).join('\u001d');
const jsonOrNull = (value: string | null): string | null => (value === null ? null : JSON.stringify(value));

const creditsRow = (film: CompleteFilm, people: Catalog['people']): ArtefactRow => {
  const nameOf = (nconst: string) => jsonOrNull(people[nconst] ?? null);
  const principals = [
    ...film.cast.map((nconst) => [nconst, nameOf(nconst), '"actor"', null, '["Somebody"]'] as const),
    ...film.directors.map((nconst) => [nconst, nameOf(nconst), '"director"', null, null] as const),
    ...film.writers.map((nconst) => [nconst, nameOf(nconst), '"writer"', '"story"', null] as const),
  ];
  return rowOf('credits', {
    tconst: film.tconst,
    crew: rowsText([
      ...film.directors.map((nconst, at) => [`dA${at + 1}`, nconst, nameOf(nconst)]),
      ...film.writers.map((nconst, at) => [`wA${at + 1}`, nconst, nameOf(nconst)]),
    ]),
    credits: rowsText(principals.map((fields, at) => [`A${at + 1}`, ...fields])),
  });
};

const searchRow = (film: CompleteFilm, people: Catalog['people']): ArtefactRow => {
  const namesOf = (nconsts: readonly string[]) => setText(nconsts.flatMap((nconst) => people[nconst] ?? []));
  const model: Readonly<Record<keyof typeof searchedTitles.made.from, CellValue>> = {
    id: idOf(film.tconst),
    type: film.type,
    is_adult: film.adult,
    title: film.title,
    original_title: film.title,
    year: film.year,
    rating: film.rating === null ? null : film.rating * 100,
    votes: film.votes,
    genres: setText(film.genres),
    regional_titles: setText(Object.values(film.names)),
    directors: namesOf(film.directors),
    actors: namesOf(film.cast),
  };
  return searchedTitles.made.row(Object.values(model));
};

/** None for a title that has no title at all. */
const namesRows = (film: CompleteFilm): readonly ArtefactRow[] => {
  const own = (types: string, isOriginal: string) => ['A0', jsonOrNull(film.title), null, null, types, isOriginal];
  const regional = Object.entries(film.names).map(([region, title]) => [
    'A2',
    jsonOrNull(title),
    jsonOrNull(region),
    null,
    '["imdbDisplay"]',
    null,
  ]);
  const names = [...(film.title === null ? [] : [own('["primary"]', ''), own('["original"]', '1')]), ...regional];
  return names.length === 0 ? [] : [rowOf('title_names', { tconst: film.tconst, titles: rowsText(names) })];
};

const peopleRows = (films: readonly CompleteFilm[], people: Catalog['people']): readonly ArtefactRow[] =>
  Object.entries(people).map(([nconst, name]) => {
    const movies = films.filter((film) => film.type === 'movie' && !film.adult);
    const acted = movies.filter((film) => film.cast.includes(nconst)).length;
    const credited = movies
      .filter((film) => [...film.cast, ...film.directors, ...film.writers].includes(nconst))
      .map((film) => idOf(film.tconst));
    const actedIn = acted === 0 ? null : acted;
    const person = [jsonOrNull(name), 1950, null, '["actor"]', null].map((field) => field ?? '').join('\u001c');
    return rowOf('people', { nconst, films: actedIn, person, movies: credited.length === 0 ? null : credited.toSorted().join(',') });
  });

/** Rows of each view, by the view's name. */
type Rows = Readonly<Record<string, readonly ArtefactRow[]>>;

/** Of a catalog that many tests publish, they are made once. */
const made = new WeakMap<Catalog, Rows>();
const rowsOf = (catalog: Catalog): Rows => {
  const rows = made.get(catalog) ?? makeRows(catalog);
  made.set(catalog, rows);
  return rows;
};

const makeRows = ({ films: given, people }: Catalog): Rows => {
  const films = given.map(complete);
  const titleRows = films.map((film) => titleRow(film, people));
  const activity = activityCells(films.map(({ tconst }) => idOf(tconst))).map((cells) => rowOf('activity', cells));
  const genres = [...new Set(films.flatMap((film) => film.genres))].toSorted();
  const rated = films.filter((film) => film.votes !== null);
  const statistic = (name: string, value: number) => rowOf('statistics', { name, value, statistic: JSON.stringify({ name, value }) });
  return {
    titles: titleRows,
    credits: films
      .filter((film) => film.cast.length + film.directors.length + film.writers.length > 0)
      .map((film) => creditsRow(film, people)),
    title_names: films.flatMap(namesRows),
    people: peopleRows(films, people),
    search: films.map((film) => searchRow(film, people)),
    genres: genres.map((genre) => {
      const counts = [false, true].map((adult) => {
        const all = films.filter((film) => film.adult === adult && film.genres.includes(genre));
        return [all.filter((film) => film.type === 'movie').length, all.length] as const;
      });
      const [[movies, titles] = [0, 0], [adult_movies, adult_titles] = [0, 0]] = counts;
      return rowOf('genres', { genre, movies, titles, adult_movies, adult_titles });
    }),
    statistics: [
      statistic('rated_titles', rated.length),
      statistic(
        'total_votes',
        rated.reduce((sum, film) => sum + (film.votes ?? 0), 0),
      ),
    ],
    activity,
    film_sums: filmSumsOf(titleRows, []),
    ...monthsOf(titleRows, activity),
    popularity: popularityCells(films.map(({ tconst }) => idOf(tconst))).map((cells) => rowOf('popularity', cells)),
  };
};

async function* once(rows: readonly ArtefactRow[]): AsyncGenerator<readonly ArtefactRow[]> {
  yield rows;
}

/** Builds the artefacts of a catalog, named by `version`, and publishes them under `number`. */
export const publish = async (store: BatchViewStore, number: number, version: number, catalog: Catalog): Promise<Publication> => {
  const views: Record<string, { artefact: string; rows: number }> = {};
  const rows = rowsOf(catalog);
  for (const { name, layout } of VIEWS) {
    const artefact = `${name}-${version}`;
    views[name] = { artefact, rows: await store.build(artefact, layout, once(rows[name] ?? [])) };
  }
  const publication: Publication = {
    number,
    version,
    manifest: `manifests/manifest-${version}.json`,
    views,
    cut: {},
    cutAt: '2026-03-01T10:00:00.000Z',
    publishedAt: `2026-03-01T10:0${number % 10}:30.000Z`,
    reason: 'run',
  };
  await store.insertPublication(publication);
  return publication;
};
