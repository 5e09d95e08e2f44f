/** Made-up films and people, as the batch layer would publish them. */
import { foldText, sortKey, titleIdOf, type Tconst } from '@rushes/domain';
import { SET_SEPARATOR, type ArtefactRow, type BatchViewStore, type CellValue, type Publication } from '@rushes/ports';
import { VIEWS } from '@rushes/views';

export interface FilmFixture {
  readonly tconst: string;
  /** `null`: IMDb has none. */
  readonly title: string | null;
  readonly type?: string;
  readonly adult?: boolean;
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
const joined = (members: readonly string[]): string | null => (members.length === 0 ? null : members.join(','));

/** A film with everything filled in. */
const complete = (film: FilmFixture) => ({
  type: 'movie',
  adult: false,
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
    tmdb_id: null,
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
  };
};

const titleRow = (film: CompleteFilm, people: Catalog['people']): ArtefactRow => {
  const namesOf = (nconsts: readonly string[]) => nconsts.map((nconst) => people[nconst] ?? null).filter((name) => name !== null);
  const [directors, writers] = [namesOf(film.directors), namesOf(film.writers)];
  const title = {
    title_key: film.tconst,
    primary_title: film.title,
    original_title: film.title,
    title_type: film.type,
    directors: joined(directors),
    writers: joined(writers),
    genres: joined(film.genres),
    hasDirectors: film.directors.length > 0,
    hasWriters: film.writers.length > 0,
    hasEnded: film.endYear !== null,
    numOfGenres: film.genres.length,
    releaseYear: film.year,
    endYear: film.endYear,
    averageRating: film.rating === null ? null : film.rating / 10,
    numVotes: film.votes,
    runtimeMinutes: film.runtime,
    numDirectors: film.directors.length,
    numWriters: film.writers.length,
    tconst: film.tconst,
    genre_list: film.genres,
    director_list: directors,
    writer_list: writers,
    is_adult: film.adult,
  };
  const folded = (text: string | null): string | null => (text === null ? null : foldText(text));
  const cells: Record<string, CellValue> = {
    id: idOf(film.tconst),
    tconst: film.tconst,
    type: film.type,
    kind: foldText(film.adult ? `!${film.type}` : film.type),
    is_adult: film.adult,
    title_sort: film.title === null ? null : sortKey(film.title),
    primary_title: folded(film.title),
    original_title: folded(film.title),
    year: film.year,
    end_year: film.endYear,
    rating: film.rating === null ? null : film.rating * 100,
    votes: film.votes,
    runtime: film.runtime,
    weight: film.rating === null || film.votes === null ? null : film.rating * 100 * film.votes,
    genres: setText(film.genres),
    genre_keys: folded(setText(film.genres)),
    directors: folded(setText(directors)),
    writers: folded(setText(writers)),
    director_count: film.directors.length,
    writer_count: film.writers.length,
    genre_count: film.genres.length,
    movie: JSON.stringify(movieObject(film)),
    title: JSON.stringify(title),
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

const creditsRow = (film: CompleteFilm, people: Catalog['people']): ArtefactRow => {
  const person = (nconst: string) => ({ nconst, name: people[nconst] ?? null });
  const cast = film.cast.map((nconst) => ({ ...person(nconst), category: 'actor', characters: ['Somebody'] }));
  const crew = [
    ...film.directors.map((nconst) => ({ ...person(nconst), category: 'director', job: null, characters: [] })),
    ...film.writers.map((nconst) => ({ ...person(nconst), category: 'writer', job: 'story', characters: [] })),
  ];
  const credits = [...cast.map((one) => ({ ...one, job: null })), ...crew].map((one, at) => ({ ordering: at + 1, ...one }));
  return rowOf('credits', {
    id: idOf(film.tconst),
    directors: JSON.stringify(film.directors.map(person)),
    writers: JSON.stringify(film.writers.map(person)),
    cast: JSON.stringify(cast),
    credits: JSON.stringify(credits),
  });
};

/** None for a title that has no title at all. */
const namesRows = (film: CompleteFilm): readonly ArtefactRow[] => {
  const own = (types: readonly string[], isOriginal: boolean) => ({
    title: film.title,
    region: null,
    language: null,
    types,
    is_original: isOriginal,
  });
  const regional = Object.entries(film.names).map(([region, title]) => ({
    title,
    region,
    language: null,
    types: ['imdbDisplay'],
    is_original: false,
  }));
  const names = [...(film.title === null ? [] : [own(['primary'], false), own(['original'], true)]), ...regional];
  return names.length === 0 ? [] : [rowOf('title_names', { id: idOf(film.tconst), titles: JSON.stringify(names) })];
};

const peopleRows = (films: readonly CompleteFilm[], people: Catalog['people']): readonly ArtefactRow[] =>
  Object.entries(people).map(([nconst, name]) => {
    const movies = films.filter((film) => film.type === 'movie' && !film.adult);
    const acted = movies.filter((film) => film.cast.includes(nconst)).length;
    const credited = movies
      .filter((film) => [...film.cast, ...film.directors, ...film.writers].includes(nconst))
      .map((film) => idOf(film.tconst));
    const actedIn = acted === 0 ? null : acted;
    const person = { nconst, name, birth_year: 1950, death_year: null, professions: ['actor'], known_for: [], films: acted };
    return rowOf('people', { nconst, films: actedIn, person: JSON.stringify(person), movies: JSON.stringify(credited.toSorted()) });
  });

/** Rows of each view, by the view's name. */
const rowsOf = ({ films: given, people }: Catalog): Readonly<Record<string, readonly ArtefactRow[]>> => {
  const films = given.map(complete);
  const genres = [...new Set(films.flatMap((film) => film.genres))].toSorted();
  const rated = films.filter((film) => film.votes !== null);
  const statistic = (name: string, value: number) => rowOf('statistics', { name, value, statistic: JSON.stringify({ name, value }) });
  return {
    titles: films.map((film) => titleRow(film, people)),
    credits: films
      .filter((film) => film.cast.length + film.directors.length + film.writers.length > 0)
      .map((film) => creditsRow(film, people)),
    title_names: films.flatMap(namesRows),
    people: peopleRows(films, people),
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
