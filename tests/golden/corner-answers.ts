/** What answers over the made-up catalog are written with. */
import { byText, type Row, textOf, type Value } from './rows.ts';

/** The named columns of all rows. */
export const pick = (rows: readonly Row[], ...columns: readonly string[]): Value[][] =>
  rows.map((row) => columns.map((column) => row[column] ?? null));
/** The row with this value, an empty one if there is none. */
export const where = (rows: readonly Row[], column: string, value: Value): Row => rows.find((row) => row[column] === value) ?? {};

/** In an order that does not matter, so that two lists can be compared. */
export const inAnyOrder = (rows: readonly Value[][]): readonly Value[][] => rows.toSorted((a, b) => byText(textOf(a), textOf(b)));

/** Title ids: UUIDv5 of the tconst, so their order is not that of the tconsts. */
export const ID = {
  tt1000001: 'deb13940-17a5-5933-9954-dd4b9da07259',
  tt1000002: '52445951-c9fd-581b-bf87-2f81027ce441',
  tt1000003: '4e3d161d-9707-5a68-8ec9-34cbe5b64c39',
  tt1000004: '566cad3b-d158-5419-9128-e740d96e4b6f',
  tt1000005: 'e1f78359-2e12-5bb4-a8b0-9fd3ce3d3d77',
  tt1000007: '7d0204e6-0d41-5011-a407-1d360dc1f815',
  tt1000013: '7f9fb889-df2d-5d6d-b427-4cd7cb4826bf',
  tt1000015: 'a68c5e2b-4f15-562c-99e5-7c887e58406e',
} as const;
