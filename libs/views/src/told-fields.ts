/**
 * The fields of a title that only events tell: no dump has them. Each entry says where the states of events have the field and how it is shown; merged rows,
 * documents, tables and the API's description are made of the entries. `sql/gold/title_events.sql` and `sql/views/titles.sql` yield the columns of all titles
 * at once. Amounts and measures are integers inside, and divided where they are shown.
 */
import type { MovieField } from '@rushes/domain';
import type { CellValue } from '@rushes/ports';

import { listJson, membersOf, type TableCell } from './shown-values.ts';
import type { RecordState, TitleStates } from './title-inputs.ts';

/** What a source with precedence says of a field: posted, then TMDB; one that says nothing of it is passed over. */
export const saidOf = (records: RecordState, field: MovieField, column: string): CellValue =>
  records[`posted_${field}`]?.[column] ?? records[`tmdb_${field}`]?.[column] ?? null;

/** The text of a set or name; `null` where it is empty. */
export const textOf = (value: CellValue): string | null => (typeof value === 'string' && value !== '' ? value : null);
export const integerOf = (value: CellValue): number | null => (typeof value === 'number' ? value : null);

interface ToldField<Value extends number | string> {
  /** `text_set`: texts joined by U+001F. */
  readonly type: Value extends number ? 'integer' : 'text_set';
  readonly of: (states: TitleStates) => Value | null;
  /** The member of `GET /movies`. */
  readonly shown: { readonly name: string; readonly type: 'number' | 'texts'; readonly nullable: boolean; readonly description: string };
  /** The member's value. @param field as it is stored, `''` where there is nothing. */
  readonly json: (field: string) => string;
  readonly cell: (field: string) => TableCell;
}

/** An integer that is shown as its quotient by `per`. */
const quotient = <const Name extends string>(name: Name, per: number, description: string, of: ToldField<number>['of']) =>
  ({
    type: 'integer',
    of,
    shown: { name, type: 'number', nullable: true, description },
    json: (field: string): string => (field === '' ? 'null' : String(Number(field) / per)),
    cell: (field: string): TableCell => (field === '' ? null : Number(field) / per),
  }) as const satisfies ToldField<number>;

const texts = <const Name extends string>(name: Name, description: string, of: ToldField<string>['of']) =>
  ({
    type: 'text_set',
    of,
    shown: { name, type: 'texts', nullable: false, description },
    json: (field: string): string => listJson(membersOf(field)),
    cell: (field: string): TableCell => membersOf(field),
  }) as const satisfies ToldField<string>;

const CENTS = 100;
const THOUSANDTHS = 1000;

/** By the column of merged titles, in the order in which they are stored and shown. */
export const TOLD_FIELDS = {
  budget_cents: quotient('budget', CENTS, 'What it cost, in US dollars.', ({ records }) =>
    integerOf(saidOf(records, 'budget', 'budget_cents')),
  ),
  revenue_cents: quotient('revenue', CENTS, 'What it earned, in US dollars.', ({ records }) =>
    integerOf(saidOf(records, 'revenue', 'revenue_cents')),
  ),
  popularity_e3: quotient(
    'popularity',
    THOUSANDTHS,
    "TMDB's measure of popularity, as it was observed last; three decimals.",
    ({ ratings }) => integerOf(ratings.tmdb?.popularity_e3 ?? null),
  ),
  keywords: texts('keywords', 'What it is about.', ({ records }) => textOf(saidOf(records, 'keywords', 'keywords'))),
} as const;

type Fields = typeof TOLD_FIELDS;
export type ToldColumn = keyof Fields;
/** What is told of a title. Sets are texts joined by U+001F. */
export type ToldFacts = { readonly [C in ToldColumn]: ReturnType<Fields[C]['of']> };

const ENTRIES = Object.entries(TOLD_FIELDS);

/** What the states of a title's events tell. */
export const toldOf = (states: TitleStates): ToldFacts =>
  Object.fromEntries(ENTRIES.map(([column, { of }]) => [column, of(states)])) as unknown as ToldFacts; // as: of every entry

/** The same from values of the columns, in the order of the entries. */
export const toldFrom = (values: readonly CellValue[]): ToldFacts =>
  Object.fromEntries(ENTRIES.map(([column], at) => [column, values[at] ?? null])) as unknown as ToldFacts; // as: the columns' types

/** What is told of a title without events. */
export const NOTHING_TOLD: ToldFacts = toldFrom([]);

/** As it is stored: a text for each entry. */
export const toldTexts = (told: ToldFacts): readonly string[] => Object.values(told).map((value) => String(value ?? ''));

/** What stored texts say. */
export const readTold = (fields: readonly string[]): ToldFacts =>
  toldFrom(ENTRIES.map(([, { type }], at) => (fields[at] === '' ? null : type === 'integer' ? Number(fields[at]) : (fields[at] ?? null))));

/** Members of a JSON object, each behind a comma. */
export const toldJson = (fields: readonly string[]): string =>
  ENTRIES.map(([, { shown, json }], at) => `,"${shown.name}":${json(fields[at] ?? '')}`).join('');

/** The same as values of a table. */
export const toldCells = (fields: readonly string[]): readonly TableCell[] => ENTRIES.map(([, { cell }], at) => cell(fields[at] ?? ''));
