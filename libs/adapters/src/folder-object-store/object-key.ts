import { join } from 'node:path';

/** Keys as file names: what is refused here would leave the folder, or have two names, or none. */

/** S3's own limit for a key, and what file systems allow for a name; both in bytes. */
const KEY_BYTES = 1024;
const SEGMENT_BYTES = 255;

/** Folder of files that are being written. Not part of the keys. */
export const INCOMING = '.incoming';

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const UNSUITED = /[\u0000-\u001f\u007f\\]/;

const faultIn = (key: string): string | undefined => {
  if (key === '') return 'it is empty';
  if (!key.isWellFormed()) return 'it is no well-formed text';
  if (UNSUITED.test(key)) return 'it has a backslash or a control character';
  if (Buffer.byteLength(key) > KEY_BYTES) return `it is longer than ${KEY_BYTES} bytes`;
  const segments = key.split('/');
  if (segments.includes('')) return 'it has an empty segment';
  if (segments.some((segment) => segment === '.' || segment === '..')) return 'it has a segment . or ..';
  if (segments.some((segment) => Buffer.byteLength(segment) > SEGMENT_BYTES)) return `it has a segment longer than ${SEGMENT_BYTES} bytes`;
  if (segments[0] === INCOMING) return `${INCOMING} is the store's own`;
  return undefined;
};

class ObjectKeyError extends Error {
  override readonly name = 'ObjectKeyError';
}

/** The file of a key. Throws `ObjectKeyError` for a key that cannot be one. */
export const fileOf = (folder: string, key: string): string => {
  const fault = faultIn(key);
  if (fault !== undefined) throw new ObjectKeyError(`${JSON.stringify(key.slice(0, 100))} cannot be the key of an object: ${fault}`);
  return join(folder, key);
};
