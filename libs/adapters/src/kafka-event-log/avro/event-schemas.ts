/**
 * The Avro schemas of the three topics, derived from the events' own. A topic's record has one member, `event`: a union of a record for each type and
 * version, and `Text` for whatever else lies there. New types and versions are new branches, so a topic keeps one schema that grows.
 */
import { EVENT_SCHEMAS, type EventType, type Topic } from '@rushes/domain';

import { MEMBER_DOCS, TYPE_DOCS } from './event-docs.ts';
import { formOf, type JsonSchema } from './json-schema.ts';

const NAMESPACE = 'rushes.events';

export interface EventBranch {
  readonly type: EventType;
  readonly version: number;
  /** The branch's full name. */
  readonly name: string;
  readonly schema: JsonSchema;
}

const camel = (name: string): string => name.replace(/(^|[_.])([a-z])/g, (_, __, letter: string) => letter.toUpperCase());

/** A topic's types and versions, in the order of their branches. */
export const branchesOf = (topic: Topic): readonly EventBranch[] =>
  (Object.entries(EVENT_SCHEMAS) as [EventType, (typeof EVENT_SCHEMAS)[EventType]][]) // as: the keys are the types
    .filter(([, declared]) => declared.topic === topic)
    .flatMap(([type, { versions }]) =>
      Object.entries(versions).map(([version, schema]) => ({
        type,
        version: Number(version),
        name: `${NAMESPACE}.${camel(type)}V${version}`,
        schema: schema as JsonSchema, // as: TypeBox makes JSON Schema
      })),
    );

/** The branch of records that are no canonical event: any text. */
export const TEXT_BRANCH = `${NAMESPACE}.Text`;

type Avro = string | readonly Avro[] | { readonly [member: string]: unknown };

const NULL_FIRST = { default: null } as const;

/**
 * A member that may be left out is a union with null, which says that it was. Where its value may itself be null, the value is in a record of its own, so
 * that "set to nothing" is not "left out".
 */
const optionalType = (schema: JsonSchema, name: string): Avro => {
  if (formOf(schema, name).form !== 'nullable') return ['null', avroType(schema, name)];
  return [
    'null',
    {
      type: 'record',
      name,
      doc: 'That the field was set, and to what.',
      fields: [{ name: 'value', type: avroType(schema, `${name}Value`), ...NULL_FIRST }],
    },
  ];
};

const recordFields = (schema: JsonSchema, name: string): readonly Avro[] => {
  const form = formOf(schema, name);
  if (form.form !== 'object') throw new Error(`${name} is no object`);
  return form.members.map(({ name: member, schema: of, isOptional }) => {
    const doc = MEMBER_DOCS[member];
    if (doc === undefined) throw new Error(`${name}.${member} has no description`);
    const inner = `${name}${camel(member)}`;
    const type = isOptional ? optionalType(of, inner) : avroType(of, inner);
    return { name: member, doc, type, ...(Array.isArray(type) ? NULL_FIRST : {}) };
  });
};

/** @param name of the record or enumeration, if it is one. */
const avroType = (schema: JsonSchema, name: string): Avro => {
  const form = formOf(schema, name);
  switch (form.form) {
    case 'text':
      return 'string';
    case 'number':
      return 'double';
    case 'integer':
      return form.isLong ? 'long' : 'int';
    case 'choice':
      return { type: 'enum', name, symbols: form.of };
    case 'nullable':
      return ['null', avroType(form.of, name)];
    case 'list':
      return { type: 'array', items: avroType(form.of, name) };
    case 'object':
      return { type: 'record', name, fields: recordFields(schema, name) };
  }
};

const branchType = ({ type, name, schema }: EventBranch): Avro => ({
  type: 'record',
  name,
  doc: TYPE_DOCS[type],
  fields: recordFields(schema, name),
});

const TEXT_TYPE: Avro = {
  type: 'record',
  name: TEXT_BRANCH,
  doc: 'A text that is no event in the form that Rushes writes; readers judge it as it stands.',
  fields: [{ name: 'text', doc: 'The text.', type: 'string' }],
};

/** The schema of a topic's values. */
export const topicSchema = (topic: Topic): Avro => ({
  type: 'record',
  name: `${NAMESPACE}.${camel(topic)}`,
  doc: `What lies in ${topic}. The key is the movie's id in UTF-8; the header rushes-id is the event's id, and a record whose id came before is a duplicate. A record without a value and with the header rushes-barrier marks a cut.`,
  fields: [{ name: 'event', doc: 'What happened.', type: [...branchesOf(topic).map(branchType), TEXT_TYPE] }],
});
