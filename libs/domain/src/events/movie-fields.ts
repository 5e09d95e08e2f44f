/**
 * The fields of a movie that `movie_added` and `movie_changed` set, by the version of these events that has them. What a field is in an event, which column
 * it has in typed events and what it means stand here alone: silver tables, keyed views and the schemas of Avro are made of it.
 */
import Type, { type Static, type TProperties } from 'typebox';

const MAX_TITLE = 500;
const MAX_GENRES = 20;
const FIRST_YEAR = 1850;
const LAST_YEAR = 2200;
const MAX_MINUTES = 60_000;
/** A million million dollars: sums of all films stay exact integers. */
export const MAX_CENTS = 10 ** 14;
export const MAX_KEYWORDS = 50;
export const MAX_KEYWORD = 80;

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/**
 * An amount of money in whole cents. Its currency is said, and there is one: amounts are summed up and put in order, which takes rates where there are
 * several, and no event has these.
 */
const Money = Type.Object(
  { cents: Type.Integer({ minimum: 1, maximum: MAX_CENTS }), currency: Type.Literal('USD') },
  { additionalProperties: false },
);

/** Fields of version 1. */
export const MOVIE_FIELDS_1 = {
  // Control characters separate what tables hold of a title.
  title: Type.String({ minLength: 1, maxLength: MAX_TITLE, pattern: '^[^\\u0000-\\u001f]+$' }),
  genres: Type.Array(Type.String({ pattern: '^[^\\u0000-\\u001f,]{1,50}$' }), { maxItems: MAX_GENRES, uniqueItems: true }),
  year: Nullable(Type.Integer({ minimum: FIRST_YEAR, maximum: LAST_YEAR })),
  runtime_minutes: Nullable(Type.Integer({ minimum: 0, maximum: MAX_MINUTES })),
  rating: Nullable(Type.Number({ minimum: 1, maximum: 10, multipleOf: 0.1 })),
};

/** Fields of version 2. */
export const MOVIE_FIELDS_2 = {
  ...MOVIE_FIELDS_1,
  budget: Nullable(Money),
  revenue: Nullable(Money),
  keywords: Type.Array(Type.String({ pattern: `^[^\\u0000-\\u001f]{1,${MAX_KEYWORD}}$` }), { maxItems: MAX_KEYWORDS, uniqueItems: true }),
};

export type Amount = Static<typeof Money>;

type ValuesOf<Fields extends TProperties> = { readonly [F in keyof Fields]: Static<Fields[F]> };
/** The values of all fields that there are. */
export type MovieFields = ValuesOf<typeof MOVIE_FIELDS_2>;
export type MovieField = keyof MovieFields;

/** How a field stands in typed events. */
interface FieldColumn<Value> {
  readonly column: string;
  readonly type: 'VARCHAR' | 'BIGINT';
  /** The value in the column: text, or an exact integer. */
  readonly cell: (value: Value) => string | number | null;
  /** For whoever reads events without this program. */
  readonly meaning: string;
}

/** What stands between the members of a list in a column. */
const SET_SEPARATOR = '\u001f';

const text = <C extends string>(column: C, meaning: string) =>
  ({ column, type: 'VARCHAR', meaning, cell: (value: string): string => value }) as const;
const set = <C extends string>(column: C, meaning: string) =>
  ({ column, type: 'VARCHAR', meaning, cell: (value: readonly string[]): string => value.join(SET_SEPARATOR) }) as const;
const integer = <C extends string>(column: C, meaning: string) =>
  ({ column, type: 'BIGINT', meaning, cell: (value: number | null): number | null => value }) as const;
const money = <C extends string>(column: C, meaning: string) =>
  ({ column, type: 'BIGINT', meaning, cell: (value: Amount | null): number | null => value?.cents ?? null }) as const;

/** The columns of typed events, in their order: one for each field. */
export const FIELD_COLUMNS = {
  title: text('title', 'The title, 1 to 500 characters.'),
  genres: set('genres', 'Names of genres, at most 20, each once.'),
  year: integer('year', 'The year in which it came out; null: not known.'),
  runtime_minutes: integer('runtime_minutes', 'How long it runs, in minutes; null: not known.'),
  rating: {
    column: 'rating_tenths',
    type: 'BIGINT',
    meaning: 'Points from 1 to 10 in steps of 0.1; null: none.',
    cell: (value: number | null): number | null => (value === null ? null : Math.round(value * 10)),
  },
  budget: money('budget_cents', 'What it cost; null: not known.'),
  revenue: money('revenue_cents', 'What it earned; null: not known.'),
  keywords: set('keywords', 'What it is about, at most 50 words or phrases, each once.'),
} as const satisfies { readonly [F in MovieField]: FieldColumn<MovieFields[F]> };

type Columns = typeof FIELD_COLUMNS;
type CellOf<Type extends 'VARCHAR' | 'BIGINT'> = Type extends 'VARCHAR' ? string | null : number | null;

/** A typed event's columns of fields: values, and whether the event says anything of them. Lists are texts joined by U+001F. */
export type FieldCells = { readonly [F in MovieField as Columns[F]['column']]: CellOf<Columns[F]['type']> } & {
  readonly [F in MovieField as `sets_${F}`]: boolean;
};

const COLUMNS = Object.entries(FIELD_COLUMNS) as readonly (readonly [MovieField, FieldColumn<unknown>])[]; // as: each is given values of its own field

/** The columns of what an event says of fields. */
export const fieldCells = (said: Partial<MovieFields>): FieldCells => {
  const cells: Record<string, string | number | boolean | null> = {};
  for (const [field, { column, cell }] of COLUMNS) {
    const value = said[field];
    cells[column] = value === undefined ? null : cell(value);
    cells[`sets_${field}`] = value !== undefined;
  }
  return cells as FieldCells; // as: all of its members
};
