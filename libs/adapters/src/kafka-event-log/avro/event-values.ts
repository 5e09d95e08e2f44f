/**
 * Payloads as Avro values and back. They differ in one thing: a member that is left out is null in Avro, and one that may be null as well lies in a record of
 * its own (see `topicSchema`).
 */
import { formOf, type JsonSchema, type Member } from './json-schema.ts';

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);

const isNullable = (schema: JsonSchema): boolean => formOf(schema, '').form === 'nullable';

/** What turns values of a schema's form around; `undefined`: they are the same on both sides. */
interface Turning {
  readonly toAvro: (value: unknown) => unknown;
  readonly fromAvro: (value: unknown) => unknown;
}

const SAME: Turning = { toAvro: (value) => value, fromAvro: (value) => value };

const optional = (schema: JsonSchema): Turning => {
  const inner = turningOf(schema);
  if (!isNullable(schema))
    return {
      toAvro: (value) => (value === undefined ? null : inner.toAvro(value)),
      fromAvro: (value) => (value === null ? undefined : inner.fromAvro(value)),
    };
  return {
    toAvro: (value) => (value === undefined ? null : { value: inner.toAvro(value) }),
    fromAvro: (value) => (isMembers(value) ? inner.fromAvro(value['value']) : undefined),
  };
};

const objectTurning = (members: readonly Member[]): Turning => {
  const all = members.map(({ name, schema, isOptional }) => ({ name, turning: isOptional ? optional(schema) : turningOf(schema) }));
  // Most records are the same on both sides.
  if (all.every(({ turning }) => turning === SAME)) return SAME;
  const turn = (value: unknown, side: keyof Turning): unknown => {
    if (!isMembers(value)) return value;
    const turned: Record<string, unknown> = {};
    for (const { name, turning } of all) {
      const one = turning[side](value[name]);
      if (one !== undefined) turned[name] = one;
    }
    return turned;
  };
  return { toAvro: (value) => turn(value, 'toAvro'), fromAvro: (value) => turn(value, 'fromAvro') };
};

/** How payloads of a schema become Avro values and back. Values that are not of the schema become something that Avro refuses, or another text. */
export const turningOf = (schema: JsonSchema): Turning => {
  const form = formOf(schema, 'a member');
  return form.form === 'object' ? objectTurning(form.members) : SAME;
};
