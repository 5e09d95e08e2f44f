/** A request's body, read by the schema that the API's description shows. Invariant: what a route gets has passed its schema whole. Pure. */
import type { Static, TObject, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

import type { Fault } from '../http/problem.ts';
import { LINES, textFault } from '../http/text-rule.ts';

export type BodyReading<B extends TObject> =
  | { readonly value: Static<B> }
  | {
      readonly faults: readonly Fault[];
      /** A text is longer than it may be. */
      readonly tooLong: readonly string[];
      /** The fields that are well-formed all the same. */
      readonly readable: Readonly<Record<string, unknown>>;
    };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Field {
  readonly name: string;
  readonly isRequired: boolean;
  readonly fallback: unknown;
  readonly check: (value: unknown) => { readonly detail: string; readonly isTooLong: boolean } | undefined;
}

const fieldOf = (name: string, schema: TSchema, isRequired: boolean): Field => {
  const validator = Compile(schema);
  const facts = schema as { readonly type?: string | readonly string[]; readonly pattern?: string; readonly default?: unknown }; // as: keywords of the fields of bodies
  const hasLines = facts.pattern === LINES;
  return {
    name,
    isRequired,
    // What may be null is null where it is not given: both are the same request.
    fallback: facts.type?.includes('null') === true ? null : facts.default,
    check: (value) => {
      // Before the schema, whose pattern says the same in a way that nobody reads.
      const unfit = textFault(value, hasLines);
      if (unfit !== undefined) return { detail: unfit, isTooLong: false };
      const texts: readonly unknown[] = [value].flat();
      if (validator.Check(value)) return undefined;
      const [error] = validator.Errors(value);
      const member = /^\/(\d+)/.exec(error?.instancePath ?? '')?.[1];
      const where = member === undefined ? '' : `member ${Number(member) + 1} `;
      const isBlank = error?.keyword === 'pattern' && texts.some((text) => typeof text === 'string' && text.trim() === '');
      return {
        detail: where + (isBlank ? 'must not be blank' : (error?.message ?? 'is not valid')),
        isTooLong: error?.keyword === 'maxLength',
      };
    },
  };
};

/** Builds the reader of one route's bodies. A field with a default need not be given. */
export const bodyReader = <B extends TObject>(schema: B): ((body: unknown) => BodyReading<B>) => {
  const properties = Object.entries<TSchema>(schema.properties);
  const fields = properties.map(([name, property]) => fieldOf(name, property, (schema.required ?? []).includes(name)));
  const names = new Set(fields.map(({ name }) => name));

  return (body) => {
    if (!isObject(body)) return { faults: [{ in: 'body', name: 'body', detail: 'must be a JSON object' }], tooLong: [], readable: {} };
    const faults: Fault[] = [];
    const tooLong: string[] = [];
    const value: Record<string, unknown> = {};
    for (const { name, isRequired, fallback, check } of fields) {
      const given = Object.hasOwn(body, name) ? body[name] : undefined;
      if (given === undefined) {
        if (fallback !== undefined) value[name] = fallback;
        else if (isRequired) faults.push({ in: 'body', name, detail: 'is missing' });
        continue;
      }
      const fault = check(given);
      if (fault === undefined) value[name] = given;
      else faults.push({ in: 'body', name, detail: fault.detail });
      if (fault?.isTooLong === true) tooLong.push(name);
    }
    for (const name of Object.keys(body)) if (!names.has(name)) faults.push({ in: 'body', name, detail: 'is no field of this body' });
    return faults.length > 0 ? { faults, tooLong, readable: value } : { value: value as Static<B> }; // as: every field has passed its schema
  };
};
