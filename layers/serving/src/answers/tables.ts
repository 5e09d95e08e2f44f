/**
 * The columns of each list: the one place that says what they are called, hold and mean. JSON's schemas, and the tables of all other formats, are made of
 * them.
 */
import { TOLD_FIELDS } from '@rushes/views';
import { Type, type TSchema } from 'typebox';

import type { Column } from '../formats/column.ts';

const DESCRIBED = {
  isAdult: 'For adults only, as IMDb marks it.',
};

/** What only events tell of a title. */
const TOLD_COLUMNS = Object.values(TOLD_FIELDS).map(({ shown }) => shown);

export const MOVIE_COLUMNS = [
  { name: 'id', type: 'text', nullable: false, format: 'uuid', description: "The title's own id." },
  { name: 'tconst', type: 'text', nullable: true, description: "IMDb's id." },
  { name: 'tmdb_id', type: 'integer', nullable: true, description: "TMDB's id." },
  { name: 'title', type: 'text', nullable: true, description: 'Primary title; null where IMDb has none.' },
  { name: 'original_title', type: 'text', nullable: true, description: 'Title in the original language.' },
  { name: 'type', type: 'text', nullable: true, description: "IMDb's type of title: `movie`, `tvSeries`, `tvEpisode`, …" },
  { name: 'year', type: 'integer', nullable: true, description: 'Year of release; of series the first.' },
  { name: 'runtime_minutes', type: 'integer', nullable: true, description: 'Runtime in minutes.' },
  { name: 'genres', type: 'texts', nullable: false, description: 'All its genres, in the order of the source.' },
  { name: 'rating', type: 'number', nullable: true, description: 'Average rating, 1 to 10, one decimal.' },
  { name: 'votes', type: 'integer', nullable: true, description: 'Number of votes behind the rating.' },
  { name: 'imdb_link', type: 'text', nullable: true, description: "Address of IMDb's page." },
  { name: 'is_adult', type: 'boolean', nullable: false, description: DESCRIBED.isAdult },
  ...TOLD_COLUMNS,
] as const satisfies readonly Column[];

/** The 18 fields of `imdb_titles`, under their own names, and beside them the id alone and what is a list as a list. */
export const TITLE_COLUMNS = [
  {
    name: 'title_key',
    type: 'text',
    nullable: false,
    description: "IMDb's id (`tconst`), by which the table joins with IMDb's files; the UUID of a title that has none.",
  },
  { name: 'primary_title', type: 'text', nullable: true, description: 'Primary title, cut at 200 characters.' },
  { name: 'original_title', type: 'text', nullable: true, description: 'Original title, cut at 200 characters.' },
  { name: 'title_type', type: 'text', nullable: true, description: "IMDb's type of title." },
  { name: 'directors', type: 'text', nullable: true, description: 'Names of up to five directors, joined by commas.' },
  { name: 'writers', type: 'text', nullable: true, description: 'Names of up to five writers, joined by commas.' },
  { name: 'genres', type: 'text', nullable: true, description: 'Up to three genres, joined by commas.' },
  { name: 'hasDirectors', type: 'boolean', nullable: false },
  { name: 'hasWriters', type: 'boolean', nullable: false },
  { name: 'hasEnded', type: 'boolean', nullable: false, description: 'An end year is known.' },
  { name: 'numOfGenres', type: 'integer', nullable: false },
  { name: 'releaseYear', type: 'integer', nullable: true, description: 'Year of release.' },
  { name: 'endYear', type: 'integer', nullable: true, description: 'Last year of a series.' },
  { name: 'averageRating', type: 'number', nullable: true, description: 'Average rating, 1 to 10, one decimal.' },
  { name: 'numVotes', type: 'integer', nullable: true, description: 'Number of votes.' },
  { name: 'runtimeMinutes', type: 'integer', nullable: true, description: 'Runtime in minutes.' },
  {
    name: 'numDirectors',
    type: 'integer',
    nullable: false,
    description: 'Directors credited, those without a known name included.',
  },
  { name: 'numWriters', type: 'integer', nullable: false, description: 'Writers credited, those without a known name included.' },
  { name: 'tconst', type: 'text', nullable: true, description: "IMDb's id; null for a title that has none." },
  { name: 'genre_list', type: 'texts', nullable: false, description: 'All its genres.' },
  { name: 'director_list', type: 'texts', nullable: false, description: 'Names of up to five directors.' },
  { name: 'writer_list', type: 'texts', nullable: false, description: 'Names of up to five writers.' },
  { name: 'is_adult', type: 'boolean', nullable: false, description: DESCRIBED.isAdult },
] as const satisfies readonly Column[];

export const GENRE_COLUMNS = [
  { name: 'genre', type: 'text', nullable: false },
  {
    name: 'movies',
    type: 'integer',
    nullable: false,
    description: 'Titles of type movie that have this genre; without adult ones unless `adult` asks for them.',
  },
] as const satisfies readonly Column[];

const NAMED_PERSON_COLUMNS = [
  { name: 'nconst', type: 'text', nullable: false, description: "IMDb's id of the person." },
  { name: 'name', type: 'text', nullable: true, description: 'Name, if known.' },
] as const satisfies readonly Column[];

export const PERSON_COLUMNS = [
  ...NAMED_PERSON_COLUMNS,
  { name: 'birth_year', type: 'integer', nullable: true, description: 'Year of birth.' },
  { name: 'death_year', type: 'integer', nullable: true, description: 'Year of death.' },
  { name: 'professions', type: 'texts', nullable: false, description: 'Main professions.' },
  { name: 'known_for', type: 'texts', nullable: false, description: 'IMDb ids of titles the person is known for.' },
  { name: 'films', type: 'integer', nullable: false, description: 'Distinct movies credited as actor or actress; 0 for none.' },
] as const satisfies readonly Column[];

export const CREDITED_PERSON_COLUMNS = [
  ...NAMED_PERSON_COLUMNS,
  { name: 'credits', type: 'integer', nullable: false, description: 'Distinct films among those looked at.' },
  { name: 'categories', type: 'texts', nullable: false, description: 'What the person is credited as, ascending.' },
] as const satisfies readonly Column[];

const SCORE_COLUMN = {
  name: 'score',
  type: 'number',
  nullable: false,
  description: '(votes / average number of votes of all rated titles) × rating, in thousandths, rounded half up.',
} as const satisfies Column;

/** Without the different titles, which are no table's cell. */
export const TOP_MOVIE_COLUMNS = [...MOVIE_COLUMNS, SCORE_COLUMN] as const satisfies readonly Column[];

/** A row for each of a genre's movies. */
export const GENRE_MOVIE_COLUMNS = [
  { name: 'genre', type: 'text', nullable: false, description: 'The genre that the movie is among the best of.' },
  ...MOVIE_COLUMNS,
] as const satisfies readonly Column[];

const JSON_TYPES = { text: 'string', integer: 'integer', number: 'number', boolean: 'boolean' } as const;

/** The JSON schema of a column's values. */
const schemaOf = ({ type, nullable, description, format }: Column): TSchema => {
  const words = { ...(format === undefined ? {} : { format }), ...(description === undefined ? {} : { description }) };
  if (type === 'texts') return Type.Array(Type.String(), words);
  return Type.Unsafe({ type: nullable ? [JSON_TYPES[type], 'null'] : JSON_TYPES[type], ...words });
};

/** The members of a JSON object that has the columns. */
export const membersOf = <C extends Column>(columns: readonly C[]): Readonly<Record<C['name'], TSchema>> =>
  Object.fromEntries(columns.map((column) => [column.name, schemaOf(column)])) as Record<C['name'], TSchema>; // as: a member for each column
