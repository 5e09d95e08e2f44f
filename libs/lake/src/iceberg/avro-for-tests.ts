/** Reads Avro files back, for tests. */
import { Readable } from 'node:stream';
import avro from 'avsc';

export interface ReadAvro {
  /** As it stands in the header, with the attributes that Avro does not know. */
  readonly schema: unknown;
  readonly metadata: Readonly<Record<string, string>>;
  readonly records: readonly unknown[];
}

export const readAvro = async (bytes: Uint8Array): Promise<ReadAvro> => {
  const decoder = new avro.streams.BlockDecoder();
  let header: Readonly<Record<string, Buffer>> = {};
  decoder.on('metadata', (_type: unknown, _codec: unknown, found: { readonly meta: typeof header }) => {
    header = found.meta;
  });
  const records: unknown[] = [];
  for await (const record of Readable.from([bytes]).pipe(decoder)) records.push(JSON.parse(JSON.stringify(record)));
  const { 'avro.schema': schema, ...rest } = Object.fromEntries(Object.entries(header).map(([name, value]) => [name, value.toString()]));
  return { schema: JSON.parse(schema ?? 'null'), metadata: rest, records };
};
