/**
 * Values as bytes on a server: a mark, the version of this form, a checksum, and the value in the form of V8's structured clone, which has buffers and typed
 * arrays as they are. Invariant: what was not written so, or not wholly, is no value; it never becomes another one.
 */
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';

const MARK = 0x52;
const VERSION = 1;
const CHECKSUM_AT = 2;
const VALUE_AT = 6;

/** @throws DataCloneError for what is no plain data. */
export const bytesOfValue = (value: unknown): Buffer => {
  const body = serialize(value);
  const bytes = Buffer.allocUnsafe(VALUE_AT + body.byteLength);
  bytes[0] = MARK;
  bytes[1] = VERSION;
  bytes.writeUInt32LE(crc32(body), CHECKSUM_AT);
  bytes.set(body, VALUE_AT);
  return bytes;
};

/** `undefined`: these bytes are no value, or one in the form of another version. Buffers within have the memory of one copy, which is nobody else's. */
export const valueOfBytes = (bytes: Buffer): { readonly value: unknown } | undefined => {
  if (bytes.byteLength <= VALUE_AT || bytes[0] !== MARK || bytes[1] !== VERSION) return undefined;
  // The client's bytes are a part of what came with them, which would be kept as long as they are.
  const body = Buffer.allocUnsafeSlow(bytes.byteLength - VALUE_AT);
  bytes.copy(body, 0, VALUE_AT);
  if (crc32(body) !== bytes.readUInt32LE(CHECKSUM_AT)) return undefined;
  try {
    return { value: deserialize(body) };
  } catch {
    // Written by a newer Node.
    return undefined;
  }
};
