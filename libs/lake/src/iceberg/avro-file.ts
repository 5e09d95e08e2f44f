/** Avro object container files. Equal records give equal bytes: the marker between blocks is made of what the file says, not drawn. */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import avro, { type Schema } from 'avsc';

/**
 * @param schema with the attributes that Iceberg adds (`field-id`, `element-id`): they are written as they stand.
 * @param metadata of the file's header, beside the schema.
 */
export const encodeAvroFile = async (
  schema: object,
  records: readonly object[],
  metadata: Readonly<Record<string, string>>,
): Promise<Uint8Array> => {
  const syncMarker = createHash('sha256')
    .update(JSON.stringify([schema, records, metadata]))
    .digest()
    .subarray(0, 16);
  const options = {
    codec: 'deflate',
    writeHeader: true,
    syncMarker,
    metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value)])),
  };
  const encoder = new avro.streams.BlockEncoder(schema as Schema, options); // as: the library judges it
  const bytes = buffer(encoder);
  for (const record of records) encoder.write(record);
  encoder.end();
  return bytes;
};
