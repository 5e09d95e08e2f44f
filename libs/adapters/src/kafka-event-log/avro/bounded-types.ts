/**
 * Avro types whose lists cannot be longer than the bytes they are read from. The library believes a list's count: a record of ten bytes that claims 2^40
 * items would keep the process busy until it has no memory left.
 */
import avro, { type Schema, type Type } from 'avsc';

/** The library's cursor, as far as it is used here; its types do not have it. */
interface Tap {
  readonly buf: Buffer;
  readonly pos: number;
  readLong(): number;
  skipLong(): void;
  readString(): string | undefined;
}
const READ = '_read';
interface ReadableType {
  [READ](tap: Tap): unknown;
}

const readCount = (tap: Tap): number => {
  const count = tap.readLong();
  if (count < 0) tap.skipLong();
  const items = Math.abs(count);
  if (items > tap.buf.length - tap.pos) throw new Error(`a list of ${items} items in ${tap.buf.length} bytes`);
  return items;
};

class BoundedArrayType extends avro.types.ArrayType {
  [READ](tap: Tap): unknown {
    const items = this.itemsType as unknown as ReadableType; // as: see above
    const all: unknown[] = [];
    for (let count = readCount(tap); count > 0; count = readCount(tap)) for (let n = 0; n < count; n++) all.push(items[READ](tap));
    return all;
  }
}

class BoundedMapType extends avro.types.MapType {
  [READ](tap: Tap): unknown {
    const values = this.valuesType as ReadableType; // as: see above
    const all: [string | undefined, unknown][] = [];
    for (let count = readCount(tap); count > 0; count = readCount(tap))
      for (let n = 0; n < count; n++) all.push([tap.readString(), values[READ](tap)]);
    return Object.fromEntries(all.map(([name, value]) => [name ?? '', value]));
  }
}

const typeHook = (schema: unknown, options: unknown): Type | undefined => {
  const type = typeof schema === 'object' && schema !== null && 'type' in schema ? schema.type : undefined;
  if (type === 'array') return new BoundedArrayType(schema as never, options); // as never: any schema of a list
  if (type === 'map') return new BoundedMapType(schema as never, options); // as never: any schema of a map
  return undefined;
};

/**
 * @param wrapUnions `always`: values of unions are objects whose one member is named after the branch; `auto`: only where the branch is not clear otherwise.
 * @throws if it is no Avro schema.
 */
export const avroType = (schema: unknown, wrapUnions: 'auto' | 'always' = 'auto'): Type =>
  avro.Type.forSchema(schema as Schema, { wrapUnions, typeHook }); // as: the library judges it
