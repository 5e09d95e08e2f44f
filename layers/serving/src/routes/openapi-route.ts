/** How a data route shows in the API's description. Pure. */
import type { FastifySchema } from 'fastify';
import { Type, type TObject, type TSchema } from 'typebox';

import type { Column } from '../formats/column.ts';
import { TABLE_FORMAT_NAMES, TABLE_FORMATS, type TableFormatName } from '../formats/formats.ts';
import { selectedName } from '../answers/entities.ts';
import { SECURITY } from '../entrances/describe-entrance.ts';
import { POSITION_PATTERN } from '../merge/position.ts';
import type { DataRoute } from './route-definition.ts';

export const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Type.Ref('Problem#') } },
});

export const REQUEST_HEADERS = Type.Object({
  'rushes-min-position': Type.Optional(
    Type.String({
      pattern: POSITION_PATTERN,
      description:
        'A position as `Rushes-Position` tells one: the answer knows of all events before it, or is 503. One that the log has not come to is 400.',
    }),
  ),
});

const envelopeSchema = (data: TSchema, paged: boolean, extra: Readonly<Record<string, TSchema>> = {}): TObject =>
  Type.Object({
    data,
    meta: Type.Ref('Meta#'),
    ...(paged
      ? {
          next: Type.Unsafe<string | null>({
            type: ['string', 'null'],
            description: 'Path and query of the next page, null on the last one.',
          }),
          total: Type.Optional(Type.Integer({ description: 'Rows of the whole list; with `count=true`.' })),
        }
      : {}),
    ...extra,
  });

/** Keywords of a schema that refers to an entity, lists some, or has members that do. */
interface OfEntities {
  readonly $ref?: string;
  readonly items?: TSchema;
  readonly properties?: Readonly<Record<string, TSchema>>;
}

/** What `fields` may leave of an entity, of each in a list, or of those in an object's lists: none of its members is certain. */
const selected = (data: TSchema): TSchema => {
  const { $ref, items, properties } = data as OfEntities; // as: those of its keywords that are looked at
  if ($ref !== undefined) return Type.Ref(selectedName($ref));
  if (items !== undefined) return { ...data, items: selected(items) };
  if (properties === undefined) throw new Error('fields can be selected of entities alone');
  const members = Object.entries(properties).map(([name, member]) => [name, 'items' in member ? selected(member) : member] as const);
  return Type.Object(Object.fromEntries(members));
};

const FORMS: Readonly<Record<TableFormatName, string>> = {
  ndjson: 'The whole list: each row a JSON object on a line of its own',
  csv: 'The whole list by RFC 4180, with a header line. Nulls are empty, members of lists are joined by `|`',
  arrow: "The whole list as Arrow's IPC stream",
  parquet: 'The whole list as a Parquet file',
};

const typeText = ({ name, type, nullable }: Column): string =>
  `${name} (${type === 'texts' ? 'list of texts' : type}${nullable ? ' or null' : ''})`;

/** The formats of a table beside JSON; how they are read is for no schema to say. */
const tableContent = (columns: readonly Column[]): Readonly<Record<string, { readonly schema: TSchema }>> =>
  Object.fromEntries(
    TABLE_FORMAT_NAMES.map((name) => [
      TABLE_FORMATS[name].mediaType,
      { schema: Type.Unsafe({ description: `${FORMS[name]}. Columns: ${columns.map(typeText).join(', ')}.` }) },
    ]),
  );

/** A key is not asked for, but has a bucket of its own. */
const OPTIONAL_SECURITY = [{}, ...SECURITY];

export const securityOf = (needsKey: boolean) => (needsKey ? SECURITY : OPTIONAL_SECURITY);

/** A parameter with a default need not be given, though a route always has its value. */
export const withoutDefaultedRequired = (schema: TObject): object => {
  const properties: Readonly<Record<string, TSchema>> = schema.properties;
  const required = (schema.required ?? []).filter((name) => !('default' in (properties[name] ?? {})));
  const { required: _all, ...rest } = schema;
  return required.length === 0 ? rest : { ...rest, required };
};

export const describeDataRoute = <P extends TObject, Q extends TObject>(route: DataRoute<P, Q>, needsKey: boolean): FastifySchema => {
  const byId = Object.keys(route.params.properties).length > 0;
  const response: Record<string, unknown> = {
    200: {
      description: 'The answer. With `fields`, objects have only the fields asked for.',
      content: {
        'application/json': {
          schema: envelopeSchema('fields' in route.query.properties ? selected(route.data) : route.data, route.paged === true, route.extra),
        },
        ...(route.table === undefined ? {} : tableContent(route.table.columns)),
      },
    },
    304: { description: 'Not modified: the tag of If-None-Match is still right.', type: 'null' },
    400: problem('Parameters are invalid or unknown; `errors` names each.'),
    ...(needsKey
      ? { 401: problem('No API key, or one that is worth nothing (any more).'), 403: problem("The key's role is too little.") }
      : {}),
    404: problem('There is nothing with this id, or the version is not kept.'),
    ...(route.table === undefined ? {} : { 406: problem('Accept names none of the media types that there are; the detail names these.') }),
    ...Object.fromEntries(Object.entries(route.problems ?? {}).map(([status, description]) => [status, problem(description)])),
    429: problem('Too many requests: try again after Retry-After seconds.'),
    503: problem('Nothing published yet, overloaded, or too slow: try again after Retry-After seconds.'),
  };
  return {
    operationId: route.operation,
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    tags: [route.tag],
    ...(byId ? { params: route.params } : {}),
    querystring: withoutDefaultedRequired(route.query),
    headers: REQUEST_HEADERS,
    security: securityOf(needsKey),
    response,
  };
};
