/** The filters of `/titles`: each field's kind, its parameters, and what they ask of the view. Pure. */
import { foldText, isTconst } from '@rushes/domain';
import type { Condition } from '@rushes/ports';
import { Type, type Static, type TNumber, type TOptional, type TInteger } from 'typebox';

import { adultParameter, kindConditions } from '../answers/adult.ts';
import { FOLDED } from '../http/parameter.ts';
import { ratingBound } from '../answers/rating.ts';

const SHORTEST_CONTAINED = 2;

/** At so many characters titles are shown cut. */
const SHOWN_CHARACTERS = 200;

const text = (description: string) =>
  Type.Optional(Type.String({ [FOLDED]: true, minLength: 1, maxLength: 3 * SHOWN_CHARACTERS, description }));
const members = (what: string) =>
  Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
      [FOLDED]: true,
      maxItems: 5,
      description: `Has this ${what}, whatever the case and diacritics. Repeat it for several: all must match.`,
    }),
  );
const flag = (description: string) => Type.Optional(Type.Boolean({ description }));

/** Column of each field that is a list. */
const MEMBER_COLUMNS = [
  ['directors', 'directors'],
  ['writers', 'writers'],
  ['genres', 'genre_keys'],
] as const;

/** Column of each integer field. */
const INTEGER_COLUMNS = {
  numOfGenres: 'genre_count',
  releaseYear: 'year',
  endYear: 'end_year',
  numVotes: 'votes',
  runtimeMinutes: 'runtime',
  numDirectors: 'director_count',
  numWriters: 'writer_count',
} as const;

type IntegerField = keyof typeof INTEGER_COLUMNS;
type Bounds<Field extends string> = Field | `${Field}_from` | `${Field}_to`;

const INTEGER_FIELDS = Object.keys(INTEGER_COLUMNS) as IntegerField[]; // as: keys of the literal above

const integerFilters = Object.fromEntries(
  INTEGER_FIELDS.flatMap((field) => [
    [field, Type.Optional(Type.Integer({ minimum: 0, description: `${field} is this.` }))],
    [`${field}_from`, Type.Optional(Type.Integer({ minimum: 0, description: `${field} is this or more.` }))],
    [`${field}_to`, Type.Optional(Type.Integer({ minimum: 0, description: `${field} is this or less.` }))],
  ]),
) as Record<Bounds<IntegerField>, TOptional<TInteger>>; // as: the loop above makes these three of every field

const points = (description: string): TOptional<TNumber> => Type.Optional(Type.Number({ minimum: 0, maximum: 10, description }));

export const titleFilters = {
  title_key: Type.Optional(
    Type.String({
      pattern: '^(tt[0-9]{7,12}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$',
      description: "The title's UUID or IMDb id; adult or not.",
    }),
  ),
  tconst: Type.Optional(Type.String({ pattern: '^tt[0-9]{7,12}$', description: "The title's IMDb id; adult or not." })),
  primary_title: text('The primary title is this, whatever the case and diacritics.'),
  primary_title_contains: Type.Optional(
    Type.String({
      [FOLDED]: true,
      minLength: SHORTEST_CONTAINED,
      maxLength: 200,
      description: 'The primary title contains this, whatever the case and diacritics. At least two characters.',
    }),
  ),
  original_title: text('The original title is this, whatever the case and diacritics.'),
  title_type: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 50 }), {
      [FOLDED]: true,
      minItems: 1,
      maxItems: 10,
      style: 'form',
      explode: false,
      description: "IMDb's types of titles, separated by commas. Case does not matter.",
    }),
  ),
  adult: adultParameter,
  directors: members('director, by name'),
  writers: members('writer, by name'),
  genres: members('genre'),
  genres_any: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 50 }), {
      [FOLDED]: true,
      maxItems: 10,
      style: 'form',
      explode: false,
      description: 'Has at least one of these genres, separated by commas.',
    }),
  ),
  hasDirectors: flag('A director is credited, or none is.'),
  hasWriters: flag('A writer is credited, or none is.'),
  hasEnded: flag('An end year is known, or none is.'),
  ...integerFilters,
  averageRating: points('The average rating is this.'),
  averageRating_from: points('The average rating is this or higher.'),
  averageRating_to: points('The average rating is this or lower.'),
};

type TitleFilters = Static<ReturnType<typeof Type.Object<typeof titleFilters>>>;

const keyCondition = (key: string): Condition =>
  isTconst(key) ? { column: 'tconst', op: 'eq', value: key } : { column: 'id', op: 'eq', value: key.toLowerCase() };

/** A title as it was read, which may have been cut: then it is what the title begins with. */
const titleIs = (column: string, title: string): readonly Condition[] => {
  const folded = foldText(title);
  if (Array.from(title).length !== SHOWN_CHARACTERS) return [{ column, op: 'eq', value: folded }];
  return [
    { column, op: 'gte', value: folded },
    { column, op: 'lt', value: `${folded}\u{10ffff}` },
  ];
};

const flagCondition = (column: string, wanted: boolean): Condition =>
  wanted ? { column, op: 'gt', value: 0 } : { column, op: 'eq', value: 0 };

export const titleConditions = (asked: TitleFilters): readonly Condition[] => {
  const isNamed = asked.title_key !== undefined || asked.tconst !== undefined;
  const where: Condition[] = [...kindConditions(asked.title_type, isNamed && asked.adult === 'exclude' ? 'include' : asked.adult)];
  if (asked.title_key !== undefined) where.push(keyCondition(asked.title_key));
  if (asked.tconst !== undefined) where.push(keyCondition(asked.tconst));
  if (asked.primary_title !== undefined) where.push(...titleIs('primary_title', asked.primary_title));
  if (asked.primary_title_contains !== undefined)
    where.push({ column: 'primary_title', op: 'contains', value: foldText(asked.primary_title_contains) });
  if (asked.original_title !== undefined) where.push(...titleIs('original_title', asked.original_title));
  for (const [field, column] of MEMBER_COLUMNS)
    for (const value of asked[field] ?? []) where.push({ column, op: 'has', value: foldText(value) });
  if (asked.genres_any !== undefined) where.push({ column: 'genre_keys', op: 'hasAny', value: asked.genres_any.map(foldText) });
  if (asked.hasDirectors !== undefined) where.push(flagCondition('director_count', asked.hasDirectors));
  if (asked.hasWriters !== undefined) where.push(flagCondition('writer_count', asked.hasWriters));
  if (asked.hasEnded !== undefined)
    where.push(asked.hasEnded ? { column: 'end_year', op: 'gte', value: 0 } : { column: 'end_year', op: 'missing' });
  for (const field of INTEGER_FIELDS) {
    const column = INTEGER_COLUMNS[field];
    const [is, from, to] = [asked[field], asked[`${field}_from`], asked[`${field}_to`]];
    if (is !== undefined) where.push({ column, op: 'eq', value: is });
    if (from !== undefined) where.push({ column, op: 'gte', value: from });
    if (to !== undefined) where.push({ column, op: 'lte', value: to });
  }
  // A rating between two tenths is nobody's: both bounds together say so.
  const { averageRating: is, averageRating_from: from = is, averageRating_to: to = is } = asked;
  if (is !== undefined) where.push(ratingBound('rating', 'gte', is), ratingBound('rating', 'lte', is));
  if (from !== undefined && from !== is) where.push(ratingBound('rating', 'gte', from));
  if (to !== undefined && to !== is) where.push(ratingBound('rating', 'lte', to));
  return where;
};
