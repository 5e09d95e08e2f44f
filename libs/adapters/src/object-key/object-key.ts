/**
 * Which texts are keys of objects, in every store: what is refused here would leave a folder, have two names, or none. The same for all, so that
 * objects can be moved from one store to another.
 */

/** S3's own limit for a key, and what file systems allow for a name; both in bytes. */
const KEY_BYTES = 1024;
const SEGMENT_BYTES = 255;

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const UNSUITED = /[\u0000-\u001f\u007f\\]/;

/** What is wrong with a key, as half a sentence; `undefined` if nothing is. */
export const faultInKey = (key: string): string | undefined => {
  if (key === '') return 'it is empty';
  if (!key.isWellFormed()) return 'it is no well-formed text';
  if (UNSUITED.test(key)) return 'it has a backslash or a control character';
  if (Buffer.byteLength(key) > KEY_BYTES) return `it is longer than ${KEY_BYTES} bytes`;
  const segments = key.split('/');
  if (segments.includes('')) return 'it has an empty segment';
  if (segments.some((segment) => segment === '.' || segment === '..')) return 'it has a segment . or ..';
  if (segments.some((segment) => Buffer.byteLength(segment) > SEGMENT_BYTES)) return `it has a segment longer than ${SEGMENT_BYTES} bytes`;
  return undefined;
};

export class ObjectKeyError extends Error {
  override readonly name = 'ObjectKeyError';
  constructor(key: string, fault: string) {
    super(`${JSON.stringify(key.slice(0, 100))} cannot be the key of an object: ${fault}`);
  }
}
