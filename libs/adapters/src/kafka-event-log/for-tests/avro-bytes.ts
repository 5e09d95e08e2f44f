import avro, { type Schema } from 'avsc';

/** A value as another program writes it with a schema: values of unions are objects whose one member is named after the branch. */
export const avroBytes = (schemaText: string, value: unknown): Buffer =>
  avro.Type.forSchema(JSON.parse(schemaText) as Schema, { wrapUnions: 'always' }).toBuffer(value); // as: a schema
