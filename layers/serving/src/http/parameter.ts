/** From a parameter's text to its value, by the parameter's schema and nothing laxer: `0x10`, ` 5` and `1e3` are no integers. Pure. */
import { foldText } from '@rushes/domain';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

import { textFault } from './text-rule.ts';

/** A readable value, or what is wrong with it. */
export type Reading = { readonly value: unknown } | { readonly fault: string };

export interface Parameter {
  readonly name: string;
  /** Value where the parameter is left out; `undefined` for none. */
  readonly fallback: unknown;
  /** Members are written with commas, not by repeating the name. */
  readonly commas: boolean;
  /** @param raw as the query string's parser gives it: a text, or texts where the name was repeated. */
  readonly read: (raw: unknown) => Reading;
}

/** Keyword of texts that are compared folded: their length counts as they are compared. */
export const FOLDED = 'x-folded';
/** Keyword of a flag that is set by its name alone (`desc`, `desc=`). */
export const BARE = 'x-bare';

interface SchemaFacts {
  readonly type?: string;
  readonly default?: unknown;
  readonly items?: SchemaFacts;
  readonly explode?: boolean;
  readonly enum?: readonly unknown[];
  readonly [FOLDED]?: boolean;
  readonly [BARE]?: boolean;
}

const INTEGER = /^-?[0-9]{1,15}$/;
const NUMBER = /^-?[0-9]{1,15}(\.[0-9]{1,15})?$/;

const readScalar = (type: string | undefined, text: string): Reading => {
  if (type === 'integer') return INTEGER.test(text) ? { value: Number(text) } : { fault: 'must be an integer' };
  if (type === 'number') return NUMBER.test(text) ? { value: Number(text) } : { fault: 'must be a decimal number' };
  if (type === 'boolean') return text === 'true' || text === 'false' ? { value: text === 'true' } : { fault: 'must be true or false' };
  return { value: text };
};

const readTexts = (raw: unknown, commas: boolean): string[] => {
  const texts = Array.isArray(raw) ? raw.map(String) : [String(raw)];
  return [...new Set(commas ? texts.flatMap((text) => text.split(',')) : texts)];
};

/** A schema with `explode: false` is an array written with commas, any other array a repeated name; members that repeat count once. */
export const parameterOf = (name: string, schema: TSchema): Parameter => {
  const facts = schema as SchemaFacts; // as: the keywords that parameters are declared with; TSchema does not list them
  const validator = Compile(schema);
  const commas = facts.explode === false;
  const compared = (value: unknown): unknown => {
    if (facts[FOLDED] !== true) return value;
    return Array.isArray(value) ? value.map((member) => foldText(String(member))) : foldText(String(value));
  };
  const allowed = facts.enum ?? facts.items?.enum;

  const faultOf = (value: unknown): string => {
    const [error] = validator.Errors(value);
    return error?.keyword === 'enum' && allowed !== undefined ? `must be one of ${allowed.join(', ')}` : (error?.message ?? 'is not valid');
  };
  const check = (reading: Reading): Reading => {
    if ('fault' in reading) return reading;
    const value = compared(reading.value);
    const fault = textFault(reading.value) ?? (validator.Check(value) ? undefined : faultOf(value));
    return fault === undefined ? reading : { fault };
  };
  const scalar = (text: string): Reading => (facts[BARE] === true && text === '' ? { value: true } : readScalar(facts.type, text));

  return {
    name,
    fallback: facts.default,
    commas,
    read:
      facts.type === 'array'
        ? (raw) => check({ value: readTexts(raw, commas) })
        : (raw) => (Array.isArray(raw) ? { fault: 'must be given once' } : check(scalar(String(raw)))),
  };
};
