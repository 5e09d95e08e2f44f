/**
 * Types of columns as Iceberg tables have them. Invariant: what is mapped is a type whose values the engine writes to Parquet as Iceberg's specification
 * says that they lie there. HUGEINT, which becomes a double, unsigned integers from 32 bits on, and intervals are refused.
 * https://iceberg.apache.org/spec/#parquet
 */

/** A type without the ids that its parts have in a table. */
export type Shape =
  | { readonly kind: 'primitive'; readonly type: string }
  | { readonly kind: 'list'; readonly element: Shape }
  | { readonly kind: 'struct'; readonly fields: readonly ShapedField[] };

export interface ShapedField {
  readonly name: string;
  readonly shape: Shape;
}

export class UnmappedTypeError extends Error {
  override readonly name = 'UnmappedTypeError';
  constructor(table: string, column: string, type: string) {
    super(`the column ${column} of ${table} is of type ${type}, which no type of Iceberg tables stands for`);
  }
}

/** By the names that the engine describes columns with. */
const PRIMITIVES: Readonly<Record<string, string>> = {
  BOOLEAN: 'boolean',
  TINYINT: 'int',
  SMALLINT: 'int',
  INTEGER: 'int',
  UTINYINT: 'int',
  USMALLINT: 'int',
  BIGINT: 'long',
  FLOAT: 'float',
  DOUBLE: 'double',
  VARCHAR: 'string',
  BLOB: 'binary',
  UUID: 'uuid',
  DATE: 'date',
  TIMESTAMP: 'timestamp',
  'TIMESTAMP WITH TIME ZONE': 'timestamptz',
};

const MOST_DIGITS = 38;

class Unmapped extends Error {}

/** The text from `open` to the bracket that closes it, and what follows. Quoted names may have brackets in them. */
const bracketed = (text: string): readonly [string, string] => {
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (character === '(') depth += 1;
    else if (character === ')' && --depth === 0) return [text.slice(1, at), text.slice(at + 1)];
  }
  throw new Unmapped();
};

/** Members that commas separate outside of brackets and quotes. */
const members = (text: string): readonly string[] => {
  const found: string[] = [];
  let [depth, from] = [0, 0];
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (character === ',' && depth === 0) {
      found.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return [...found, text.slice(from).trim()];
};

const fieldOf = (member: string): ShapedField => {
  const [, quoted, plain, type] = /^(?:"((?:[^"]|"")*)"|(\w+)) (.+)$/s.exec(member) ?? [];
  const name = quoted?.replaceAll('""', '"') ?? plain;
  if (name === undefined || type === undefined) throw new Unmapped();
  return { name, shape: parse(type) };
};

const parse = (text: string): Shape => {
  if (text.endsWith('[]')) return { kind: 'list', element: parse(text.slice(0, -2)) };
  if (text.startsWith('STRUCT(')) {
    const [inner, rest] = bracketed(text.slice('STRUCT'.length));
    if (rest !== '') throw new Unmapped();
    return { kind: 'struct', fields: members(inner).map(fieldOf) };
  }
  const [, precision, scale] = /^DECIMAL\((\d+),\s?(\d+)\)$/.exec(text) ?? [];
  if (precision !== undefined && scale !== undefined && Number(precision) <= MOST_DIGITS)
    return { kind: 'primitive', type: `decimal(${precision}, ${scale})` };
  const type = PRIMITIVES[text];
  if (type === undefined) throw new Unmapped();
  return { kind: 'primitive', type };
};

/** @param type as the engine describes it, such as `STRUCT(votes BIGINT, "offset" BIGINT)[]`. @throws UnmappedTypeError */
export const shapeOf = (table: string, column: string, type: string): Shape => {
  try {
    return parse(type);
  } catch (error) {
    throw error instanceof Unmapped ? new UnmappedTypeError(table, column, type) : error;
  }
};
