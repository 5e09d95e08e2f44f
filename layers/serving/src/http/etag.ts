/** Entity tags. Invariant: a strong tag is known before any store is read; equal tags mean equal bytes. */
import { hash } from 'node:crypto';

import type { StreamEncoding } from './content-encoding.ts';
import type { GivenParameter } from './request-reader.ts';

/**
 * The tag of an answer, without quotes and representation.
 * @param seed what identifies the publication and the code.
 */
export const answerTag = (seed: string, path: string, given: readonly GivenParameter[]): string => {
  let request = `${seed}\n${path}`;
  for (const { text } of given) request += `\n${text}`;
  return hash('sha256', request, 'base64url').slice(0, 22);
};

/** The header's value for one representation of an answer. */
export const entityTag = (tag: string, encoding: StreamEncoding | undefined): string =>
  encoding === undefined ? `"${tag}"` : `"${tag}-${encoding}"`;

/**
 * The tag among those the client knows (`If-None-Match`) that it may go on using, if any: the plain representation or, where the client
 * accepts it, the encoded one. Weak comparison, as RFC 9110 13.1.2 asks for.
 */
export const knownTag = (ifNoneMatch: string, tag: string, accepted: StreamEncoding | undefined): string | undefined => {
  if (accepted !== undefined) {
    const encoded = entityTag(tag, accepted);
    if (ifNoneMatch.includes(encoded)) return encoded;
  }
  const plain = entityTag(tag, undefined);
  return ifNoneMatch.includes(plain) ? plain : undefined;
};
