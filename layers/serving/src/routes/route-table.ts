/** What a request wants of a list that is a table: the format, the columns, and no page. Pure. */
import { type TObject, Type } from 'typebox';

import type { Column, TableRow } from '../formats/column.ts';
import { TABLE_FORMATS, type TableFormat } from '../formats/formats.ts';
import { acceptedFormat, FORMAT_NAMES, type FormatName, MEDIA_TYPES } from '../formats/negotiate.ts';
import { badRequest, Problem } from '../http/problem.ts';
import type { GivenParameter, ReadRequest } from '../http/request-reader.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import type { DataRoute, RouteTable } from './route-definition.ts';

const formatParameters = {
  format: Type.Optional(
    Type.Enum([...FORMAT_NAMES], {
      type: 'string',
      description: 'The format of the answer, whatever `Accept` says. All but `json` are the whole list, without pages.',
    }),
  ),
  csv_formulas: Type.Enum(['defuse', 'keep'], {
    type: 'string',
    default: 'defuse',
    description:
      "Only in CSV: texts that begin with a character by which spreadsheets take a cell for a formula (`=`, `+`, `-`, `@`, tab, line end) get a `'` before it, or stay as they are.",
  }),
};

interface FormatQuery {
  readonly format?: FormatName;
  readonly csv_formulas?: 'defuse' | 'keep';
  readonly fields?: readonly string[];
}

/** The route with the parameters of a list that can be had in several formats, if it is one. */
export const withFormats = <P extends TObject, Q extends TObject>(route: DataRoute<P, Q>): DataRoute<P, Q> =>
  route.table === undefined ? route : { ...route, query: Type.Object({ ...route.query.properties, ...formatParameters }) as unknown as Q }; // as: parameters more, which the route does not look at

/** `undefined`: JSON. @throws Problem (406) if the client accepts no format that there is. */
export const chosenFormat = (accept: string | undefined, query: FormatQuery): TableFormat | undefined => {
  const name = query.format ?? acceptedFormat(accept);
  if (name === undefined)
    throw new Problem(406, `There is none of the media types of Accept here. These there are: ${MEDIA_TYPES.join(', ')}.`);
  return name === 'json' ? undefined : TABLE_FORMATS[name];
};

const PAGE_PARAMETERS: ReadonlySet<string> = new Set(['page_size', 'cursor', 'after_id', 'count']);

/** @throws Problem (400) if a page of a whole is asked for. @param what is a whole. */
export const refusePageParameters = (what: string, given: readonly GivenParameter[]): void => {
  const faults = given
    .filter(({ name }) => PAGE_PARAMETERS.has(name))
    .map(({ name }) => ({ in: 'query' as const, name, detail: `is for JSON alone: ${what} is the whole list, without pages` }));
  if (faults.length > 0) throw badRequest(faults);
};

/** Without what says the format in one of several ways. */
export const withoutFormat = (given: readonly GivenParameter[]): readonly GivenParameter[] => given.filter(({ name }) => name !== 'format');

/** What a file says of itself, where its format has room for that: all of it is in the entity tag. */
export const aboutTable = (table: string, { publication, completeness }: Snapshot): Readonly<Record<string, string>> => ({
  'rushes.table': table,
  'rushes.batch_version': String(publication.version),
  'rushes.completeness': completeness,
});

/** Headers of a whole list beside those of every answer. */
export const tableHeaders = (table: string, format: TableFormat, { publication }: Snapshot): Readonly<Record<string, string>> => ({
  'content-type': format.contentType,
  'content-disposition': `attachment; filename="${table}-v${publication.version}.${format.extension}"`,
});

/** Whether texts that look like formulas are left as they are. */
export const keepsFormulas = ({ csv_formulas }: FormatQuery): boolean => csv_formulas === 'keep';

export interface SelectedTable {
  readonly columns: readonly Column[];
  readonly pages: (snapshot: Snapshot) => AsyncGenerator<readonly TableRow[]>;
}

/** The columns that `fields` names, all without it. @throws Problem (400) for a field that is no column. */
export const selectedTable = <P extends TObject, Q extends TObject>(
  { columns, pages }: RouteTable<P, Q>,
  request: ReadRequest<P, Q>,
): SelectedTable => {
  const { fields } = request.query as FormatQuery; // as: `fieldsParameter`, where the route has it
  if (fields === undefined) return { columns, pages: (snapshot) => pages(snapshot, request) };
  const unknown = fields.filter((field) => columns.every(({ name }) => name !== field));
  if (unknown.length > 0)
    throw badRequest(unknown.map((field) => ({ in: 'query', name: 'fields', detail: `${field} is in JSON alone: it is no column` })));
  const places = [...columns.keys()].filter((at) => fields.includes(columns[at]?.name ?? ''));
  return {
    columns: columns.filter(({ name }) => fields.includes(name)),
    pages: async function* (snapshot) {
      for await (const page of pages(snapshot, request)) yield page.map((row) => places.map((at) => row[at] ?? null));
    },
  };
};
