/** Which format a client gets: what `format` says, else what `Accept` prefers (RFC 9110, 12.5.1). Pure but for a cache. */
import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';

import { TABLE_FORMAT_NAMES, TABLE_FORMATS, type TableFormatName } from './formats.ts';

export const FORMAT_NAMES = ['json', ...TABLE_FORMAT_NAMES] as const;
export type FormatName = 'json' | TableFormatName;

/** What is told to whoever accepts none of them. */
export const MEDIA_TYPES: readonly string[] = ['application/json', ...TABLE_FORMAT_NAMES.map((name) => TABLE_FORMATS[name].mediaType)];

/** Equally welcome ones in this order. A client may name the charset too, which all texts have. */
const NAMED: ReadonlyMap<string, FormatName> = new Map(
  FORMAT_NAMES.flatMap((name) => {
    const types = name === 'json' ? ['application/json'] : [TABLE_FORMATS[name].mediaType, ...TABLE_FORMATS[name].aliases];
    return types.flatMap((type) => [type, `${type}; charset=utf-8`]).map((type) => [type, name] as const);
  }),
);

// Bounded, for clients choose their headers.
const decided = new LRUCache<string, FormatName | 'none'>({ max: 100 });

/** `undefined`: the client accepts none of them. @param accept the header; without one, everything is accepted. */
export const acceptedFormat = (accept: string | undefined): FormatName | undefined => {
  if (accept === undefined || accept.trim() === '') return 'json';
  let decision = decided.get(accept);
  if (decision === undefined) {
    const [type] = new Negotiator({ headers: { accept } }).mediaTypes([...NAMED.keys()]);
    decision = (type === undefined ? undefined : NAMED.get(type)) ?? 'none';
    decided.set(accept, decision);
  }
  return decision === 'none' ? undefined : decision;
};

/** Whether a client takes this media type. @param accept the header; without one, everything is accepted. */
export const isAccepted = (accept: string | undefined, mediaType: string): boolean =>
  accept === undefined || accept.trim() === '' || new Negotiator({ headers: { accept } }).mediaType([mediaType]) !== undefined;
