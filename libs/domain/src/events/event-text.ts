/**
 * The event's text in the log. Invariant: an event has one text. Its members stand in the order of its schema, whatever order whoever brings it has put
 * them in, so a log that keeps typed values gives back the same text.
 */
import { type MovieEvent, payloadSchema } from './event-schemas.ts';

/** As much of a schema as says which members an object has. */
interface ObjectSchema {
  /** Of a member that may be null: what it is otherwise, and null. */
  readonly anyOf?: readonly ObjectSchema[];
  readonly properties?: Readonly<Record<string, ObjectSchema>>;
}

const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same members, those of the schema first and in its order. Nothing is left out: what does not belong there is for the judgment to say. */
const inOrder = (value: unknown, schema: ObjectSchema): unknown => {
  const { properties } = schema.anyOf?.find((branch) => branch.properties !== undefined) ?? schema;
  if (properties === undefined || !isPlainObject(value)) return value;
  const known = Object.entries(properties).filter(([name]) => Object.hasOwn(value, name));
  const others = Object.entries(value).filter(([name]) => !Object.hasOwn(properties, name));
  return Object.fromEntries([...known.map(([name, member]) => [name, inOrder(value[name], member)]), ...others]);
};

/** @param event need not be one: it may come from outside, and be judged by this text. */
export const eventText = ({ type, version, payload, ...others }: MovieEvent): string =>
  JSON.stringify({ type, version, payload: inOrder(payload, payloadSchema(type, version) ?? {}), ...others });
