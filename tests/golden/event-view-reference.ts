/** What the served views must hold once the events of `event-case.ts` are told: rows of touched titles by hand, the others as the dumps have them. */
import { FOUND, POSTED, TITLE, UNKNOWN } from './event-case.ts';
import { RECORDS } from './event-records-reference.ts';
import { ACTIVITY, EVENT_ROWS, POPULARITY, RATINGS, SENTIMENT } from './event-tables-reference.ts';
import { foldedColumns } from './folded-text.ts';
import type { ExpectedVersion } from './expected-version.ts';
import { type Row, textOf, type Value } from './rows.ts';
import type { Silver } from './silver-reference.ts';
import { searchView } from './search-reference.ts';
import { filmSumsView, genresView, monthsViews, statisticsView } from './view-reference.ts';

const { RATED, EDITED, UNWEIGHED, OBSERVED, OVERRULED, EPISODE } = TITLE;

// as: the documents of the reference are objects
const document = (row: Row, name: string): Row => row[name] as Row;

/** What the dumps' lists are in `live`. */
const asSet = (list: Value | undefined): string | null => (Array.isArray(list) && list.length > 0 ? list.join('\u001f') : null);

/** The columns that are made from what a row shows. */
const withFolded = (row: Row): Row => ({
  ...row,
  ...foldedColumns({
    type: document(row, 'movie')['type'],
    is_adult: document(row, 'movie')['is_adult'],
    primary: document(row, 'movie')['title'],
    original: document(row, 'movie')['original_title'],
    genres: asSet(document(row, 'movie')['genres']),
    directors: asSet(document(row, 'title')['director_list']),
    writers: asSet(document(row, 'title')['writer_list']),
  }),
});

/** The dumps' part of a title, by the names of the document `live`. */
const dumpOf = (row: Row, rating_tenths: number | null): Row => ({
  tconst: row['tconst'] ?? null,
  type: document(row, 'movie')['type'] ?? null,
  is_adult: document(row, 'movie')['is_adult'] ?? null,
  title: document(row, 'movie')['title'] ?? null,
  original_title: document(row, 'movie')['original_title'] ?? null,
  year: row['year'] ?? null,
  end_year: row['end_year'] ?? null,
  runtime: row['runtime'] ?? null,
  rating_tenths,
  votes: row['votes'] ?? null,
  genres: asSet(document(row, 'movie')['genres']),
  directors: asSet(document(row, 'title')['director_list']),
  writers: asSet(document(row, 'title')['writer_list']),
  director_count: row['director_count'] ?? null,
  writer_count: row['writer_count'] ?? null,
});

const live = (id: string, dump: Value): Row => ({ dump, records: RECORDS[id] ?? null, ratings: RATINGS[id] ?? null });

type Source = Readonly<Record<'rating' | 'votes', number | null>>;
const NOBODY: Source = { rating: null, votes: null };
const NONE_GIVEN: Source = { rating: null, votes: 0 };

/** What events make of a dumped title: columns, and fields of its two documents. */
interface Touch {
  readonly dumpTenths: number | null;
  readonly columns: Row;
  readonly movie: Row;
  readonly title: Row;
  /** Where the rating comes from, if not all of it from the dump. */
  readonly imdb?: Source;
  readonly given?: Source;
}

const touchRating = (dumpTenths: number | null, rating: number, votes: number, weight: number): Touch => ({
  dumpTenths,
  columns: { rating, votes, weight },
  movie: { rating: rating / 1000, votes },
  title: { averageRating: rating / 1000, numVotes: votes },
});

const touchPopularity = (touched: Touch, popularity: number, given: Source): Touch => ({
  ...touched,
  movie: { ...touched.movie, popularity },
  given,
});

const TOUCHED: Readonly<Record<string, Touch>> = {
  // (8000 × 1000 + 100 × (100 + 95 + 30)) / 1003 = 7998.504…; what was observed before the dump is not its base.
  [RATED]: { ...touchRating(80, 7999, 1003, 8_022_997), given: { rating: 7.5, votes: 3 } },
  // The observation with the latest time, which is also later than the dump, although another came after it; TMDB's does not count beside IMDb's.
  [OBSERVED]: { ...touchRating(80, 8250, 2000, 16_500_000), imdb: { rating: 8.25, votes: 2000 } },
  // (6500 × 30 + 2000) / 31 = 6354.83…
  [EPISODE]: touchPopularity(touchRating(null, 6355, 31, 197_005), 3.25, { rating: 2, votes: 1 }),
  // A dump's rating without votes weighs nothing.
  [OVERRULED]: { ...touchRating(70, 4000, 1, 4000), given: { rating: 4, votes: 1 } },
  // Neither does an observed one.
  [UNWEIGHED]: touchRating(80, 8000, 500, 4_000_000),
  [EDITED]: {
    dumpTenths: 100,
    columns: {
      year: 2022,
      runtime: 95,
      genre_count: 3,
    },
    movie: { title: 'Vier Genres', year: 2022, runtime_minutes: 95, genres: ['Drama', 'Comedy', 'Crime', 'War'], budget: 1, revenue: 0.07 },
    title: {
      primary_title: 'Vier Genres',
      releaseYear: 2022,
      runtimeMinutes: 95,
      genres: 'Drama,Comedy,Crime',
      numOfGenres: 3,
      genre_list: ['Drama', 'Comedy', 'Crime', 'War'],
    },
  },
};

const touch = (row: Row): Row => {
  const id = textOf(row['id']);
  const touched = TOUCHED[id];
  if (touched === undefined) return row;
  return withFolded({
    ...row,
    ...touched.columns,
    movie: { ...document(row, 'movie'), ...touched.movie },
    title: { ...document(row, 'title'), ...touched.title },
    rating_sources: {
      imdb: touched.imdb ?? { rating: touched.dumpTenths === null ? null : touched.dumpTenths / 10, votes: row['votes'] ?? null },
      live: touched.given ?? NONE_GIVEN,
    },
    live: live(id, dumpOf(row, touched.dumpTenths)),
  });
};

const EMPTY_COLUMNS = { end_year: null, director_count: 0, writer_count: 0 };
interface Shown {
  readonly title: string;
  readonly genres: string | null;
  readonly numOfGenres: number;
  readonly year: number | null;
  readonly rating: number | null;
  readonly votes: number | null;
  readonly runtime: number | null;
}

/** The document `title` of a movie that no dump has. */
const shownTitle = (id: string, tconst: string | null, { title, genres, numOfGenres, year, rating, votes, runtime }: Shown): Row => ({
  title_key: tconst ?? id,
  primary_title: title,
  original_title: title,
  title_type: 'movie',
  directors: null,
  writers: null,
  genres,
  hasDirectors: false,
  hasWriters: false,
  hasEnded: false,
  numOfGenres,
  releaseYear: year,
  endYear: null,
  averageRating: rating,
  numVotes: votes,
  runtimeMinutes: runtime,
  numDirectors: 0,
  numWriters: 0,
  tconst,
  genre_list: genres === null ? [] : genres.split(','),
  director_list: [],
  writer_list: [],
  is_adult: false,
});

const posted: Row = withFolded({
  ...EMPTY_COLUMNS,
  id: POSTED,
  tconst: null,
  year: null,
  rating: 7500,
  votes: 0,
  runtime: null,
  weight: 0,
  genre_count: 2,
  movie: {
    id: POSTED,
    tconst: null,
    tmdb_id: null,
    title: 'Neu "Ü"',
    original_title: 'Neu "Ü"',
    type: 'movie',
    year: null,
    runtime_minutes: null,
    genres: ['Drama', 'Film-Noir'],
    rating: 7.5,
    votes: 0,
    imdb_link: null,
    is_adult: false,
    budget: null,
    revenue: null,
    popularity: null,
    keywords: [],
  },
  title: shownTitle(POSTED, null, {
    title: 'Neu "Ü"',
    genres: 'Drama,Film-Noir',
    numOfGenres: 2,
    year: null,
    rating: 7.5,
    votes: 0,
    runtime: null,
  }),
  rating_sources: { imdb: NOBODY, live: NONE_GIVEN },
  live: live(POSTED, null),
});

const found: Row = withFolded({
  ...EMPTY_COLUMNS,
  id: FOUND,
  tconst: 'tt7654321',
  title_sort: 'found',
  primary_title: 'Found',
  original_title: 'Found',
  year: 1999,
  rating: null,
  votes: null,
  runtime: 90,
  weight: null,
  genre_count: 0,
  movie: {
    id: FOUND,
    tconst: 'tt7654321',
    tmdb_id: 278,
    title: 'Found',
    original_title: 'Found',
    type: 'movie',
    year: 1999,
    runtime_minutes: 90,
    genres: [],
    rating: null,
    votes: null,
    imdb_link: 'https://www.imdb.com/title/tt7654321/',
    is_adult: false,
    budget: 50_000_000.5,
    revenue: null,
    popularity: null,
    keywords: ['heist', 'sea, "x"'],
  },
  title: shownTitle(FOUND, 'tt7654321', {
    title: 'Found',
    genres: null,
    numOfGenres: 0,
    year: 1999,
    rating: null,
    votes: null,
    runtime: 90,
  }),
  rating_sources: { imdb: NOBODY, live: NONE_GIVEN },
  live: live(FOUND, null),
});

/** What a version must hold that is made from dumps, and from the events too. */
export const withEvents = (dumps: ExpectedVersion, silver: Silver): ExpectedVersion => {
  const titles = [...dumps.views.titles.map(touch), posted, found];
  const names = dumps.tables['gold.search_names'] as Parameters<typeof searchView>[1]; // as: the reference's own rows
  return {
    ...dumps,
    tables: { ...dumps.tables, ...EVENT_ROWS },
    views: {
      ...dumps.views,
      titles,
      search: searchView(titles, names),
      genres: genresView(titles),
      statistics: statisticsView(titles, silver),
      sentiment: SENTIMENT,
      activity: ACTIVITY,
      film_sums: filmSumsView(titles, SENTIMENT),
      ...monthsViews(titles, ACTIVITY),
      popularity: POPULARITY,
      unknown_titles: [{ id: UNKNOWN, live: live(UNKNOWN, null) }],
      // Nobody knows the other title that is linked.
      tmdb_links: [{ id: FOUND, tmdb_id: 278 }],
    },
  };
};
