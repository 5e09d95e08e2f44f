/**
 * Schemas whose fields have ids. Invariant: a column keeps its id from version to version, by its name, as long as values of the one type can be read as the
 * other; an id that was given is never given to anything else.
 */
import type { Column } from '@rushes/ports/batch-engine';
import { type Shape, shapeOf } from './column-shape.ts';

export type FieldType = string | ListType | StructType;

export interface ListType {
  readonly type: 'list';
  readonly 'element-id': number;
  readonly element: FieldType;
  readonly 'element-required': boolean;
}

export interface StructType {
  readonly type: 'struct';
  readonly fields: readonly Field[];
}

export interface Field {
  readonly id: number;
  readonly name: string;
  readonly required: boolean;
  readonly type: FieldType;
  readonly doc?: string | undefined;
}

export interface TableSchema extends StructType {
  readonly 'schema-id': number;
}

interface KnownField {
  readonly id: number;
  /** A primitive type, `list` or `struct`. */
  readonly kind: string;
}

/** Ids by path, such as `latest.element.at_ms`. */
export interface FieldIds {
  readonly byPath: Map<string, KnownField>;
  /** The highest id that was ever given. */
  last: number;
}

const kindOf = (type: FieldType): string => (typeof type === 'string' ? type : type.type);
const childPath = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** Every field of a schema with its path, members of lists and structs too. */
export function* fieldsOf(type: FieldType, path = ''): Generator<readonly [path: string, KnownField]> {
  if (typeof type === 'string') return;
  const children: readonly (readonly [string, number, FieldType])[] =
    type.type === 'list'
      ? [['element', type['element-id'], type.element]]
      : type.fields.map((field) => [field.name, field.id, field.type] as const);
  for (const [name, id, child] of children) {
    const at = childPath(path, name);
    yield [at, { id, kind: kindOf(child) }];
    yield* fieldsOf(child, at);
  }
}

/** What former schemas say: of two fields at one path, the later schema's. */
export const knownIds = (schemas: readonly TableSchema[], last: number): FieldIds => ({
  byPath: new Map(schemas.toSorted((a, b) => a['schema-id'] - b['schema-id']).flatMap((schema) => [...fieldsOf(schema)])),
  last,
});

const PROMOTIONS: readonly (readonly [string, string])[] = [
  ['int', 'long'],
  ['float', 'double'],
];
const scaleOf = (kind: string): string | undefined => /^decimal\(\d+, (\d+)\)$/.exec(kind)?.[1];

/** https://iceberg.apache.org/spec/#schema-evolution; in both directions, since a rollback goes back. */
const isSameField = (one: string, other: string): boolean =>
  one === other ||
  PROMOTIONS.some((pair) => pair.includes(one) && pair.includes(other)) ||
  (scaleOf(one) !== undefined && scaleOf(one) === scaleOf(other));

const idAt = (ids: FieldIds, path: string, kind: string): number => {
  const known = ids.byPath.get(path);
  const id = known && isSameField(known.kind, kind) ? known.id : (ids.last += 1);
  ids.byPath.set(path, { id, kind });
  return id;
};

const numbered = (ids: FieldIds, shape: Shape, path: string): FieldType => {
  if (shape.kind === 'primitive') return shape.type;
  const idOf = (at: string, { kind, ...rest }: Shape): number => idAt(ids, at, 'type' in rest ? rest.type : kind);
  if (shape.kind === 'list') {
    const at = childPath(path, 'element');
    return { type: 'list', 'element-id': idOf(at, shape.element), element: numbered(ids, shape.element, at), 'element-required': false };
  }
  return {
    type: 'struct',
    fields: shape.fields.map(({ name, shape: member }) => {
      const at = childPath(path, name);
      return { id: idOf(at, member), name, required: false, type: numbered(ids, member, at) };
    }),
  };
};

/**
 * The schema of a table's columns; ids of new fields are added to `ids`.
 * @param docOf what a column means.
 * @throws UnmappedTypeError
 */
export const schemaOf = (
  table: string,
  columns: readonly Column[],
  ids: FieldIds,
  docOf: (column: string) => string | undefined = () => undefined,
): StructType => {
  // Refused before any id is given.
  const shapes = columns.map(({ name, type }) => ({ name, shape: shapeOf(table, name, type) }));
  const schema = numbered(ids, { kind: 'struct', fields: shapes }, '');
  if (typeof schema === 'string' || schema.type !== 'struct') throw new Error(`${table} has no columns`);
  return {
    type: 'struct',
    fields: schema.fields.map((field) => {
      const doc = docOf(field.name);
      return doc === undefined ? field : { ...field, doc };
    }),
  };
};

interface MappedField {
  readonly 'field-id': number;
  readonly names: readonly string[];
  readonly fields?: readonly MappedField[];
}

/** Names of fields in files that have no ids, as `schema.name-mapping.default` has them: of several schemas, whose fields have one id at one path. */
export const nameMapping = (schemas: readonly StructType[]): readonly MappedField[] => {
  const ids = new Map(schemas.flatMap((schema) => [...fieldsOf(schema)].map(([path, { id }]) => [path, id] as const)));
  const childrenOf = (types: readonly FieldType[], path: string): readonly MappedField[] => {
    const children = new Map<string, FieldType[]>();
    for (const type of types) {
      if (typeof type === 'string') continue;
      const named = type.type === 'list' ? [{ name: 'element', type: type.element }] : type.fields;
      for (const child of named) children.set(child.name, [...(children.get(child.name) ?? []), child.type]);
    }
    return [...children].flatMap(([name, of]) => {
      const at = childPath(path, name);
      const id = ids.get(at);
      if (id === undefined) return [];
      const fields = childrenOf(of, at);
      return [{ 'field-id': id, names: [name], ...(fields.length > 0 && { fields }) }];
    });
  };
  return childrenOf(schemas, '');
};
