import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { Value } from 'typebox/value';

import type { Setting } from './setting.ts';

/** What a JSON schema of this kind asks for; the schemas of the table use no other keywords. */
interface SchemaView {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Whole numbers that are left out. */
  readonly not?: { readonly minimum: number; readonly maximum: number };
}

/** A typebox schema is the JSON schema that it describes. */
const viewOf = (declared: Setting): SchemaView => declared.schema;

/** A value as a variable or a flag has it, text, made what the schema asks for. Text that does not fit is returned as it is: `checkValue` names it. */
export const valueFromText = (declared: Setting, text: string): unknown => {
  const { type } = viewOf(declared);
  const trimmed = text.trim();
  if (type === 'integer') return /^-?\d+$/.test(trimmed) ? Number(trimmed) : text;
  if (type === 'number') return /^-?\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : text;
  if (type === 'array')
    return trimmed
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  return trimmed;
};

/** What the setting takes, in words. */
export const expectation = (declared: Setting): string => {
  const { type, enum: choices, minimum, maximum, not, pattern } = viewOf(declared);
  if (choices !== undefined) return `one of ${choices.join(', ')}`;
  if (type === 'integer') {
    const range = minimum === undefined ? '' : maximum === undefined ? ` from ${minimum} on` : ` from ${minimum} to ${maximum}`;
    return `a whole number${range}${not === undefined ? '' : `, but not ${not.minimum} to ${not.maximum}`}`;
  }
  if (type === 'number') return `a number from ${minimum} to ${maximum}`;
  if (type === 'array') return 'a list of texts';
  if (declared.location === true) return 'a URL with its scheme, like sqlite:log.sqlite or file:///data/lake';
  return pattern === undefined ? 'a text that is not empty' : 'an address that begins with http:// or https://';
};

/** Whether the setting takes this value. */
export const accepts = (declared: Setting, value: unknown): boolean => Value.Check(declared.schema, value);

/** `sqlite:log.sqlite` with the path made absolute; a URL whose path begins with a slash is absolute already. */
const absoluteUrl = (url: string, folder: string): string => {
  const [, scheme, path] = /^([^:]+:)([^/].*)$/.exec(url) ?? [];
  if (scheme === undefined) return url;
  return scheme + new URL(`./${path}`, pathToFileURL(`${folder}/`)).href.slice('file:'.length);
};

/** The value as it is used: paths absolute, counted from `folder`. */
export const settled = (declared: Setting, value: unknown, folder: string): unknown => {
  if (typeof value !== 'string') return value;
  if (declared.path === true) return declared.orUrl !== undefined && value.startsWith(declared.orUrl) ? value : resolve(folder, value);
  return declared.location === true ? absoluteUrl(value, folder) : value;
};

/** The value as it may be printed and logged. */
export const printable = (declared: Setting, value: unknown): unknown => {
  if (value === undefined) return value;
  if (declared.secret === true) return '***';
  return declared.location === true && typeof value === 'string' ? value.replace(/\/\/[^/]*@/, '//***@') : value;
};

/** The default, computed where it depends on the machine. */
export const fallbackOf = (declared: Setting): unknown =>
  typeof declared.fallback === 'function' ? declared.fallback() : declared.fallback;
