/**
 * Small records of an object store carry a checksum, so that one changed character is noticed and not taken for what was written: the last member,
 * `checksum`, is the SHA-256 of the others' JSON. Records without one were written before there were checksums, and are read as they are.
 */
import { createHash } from 'node:crypto';

const checksumOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** A record as bytes, with its checksum. It must not have a member `checksum` of its own. */
export const sealJson = (record: object): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify({ ...record, checksum: checksumOf(record) }, null, 1)}\n`);

/** What makes a record unreadable, in words that go on after its name. */
export class DamagedRecordError extends Error {
  override readonly name = 'DamagedRecordError';
}

/**
 * The record without its checksum; of any form: the caller has to look.
 * @throws DamagedRecordError if it is not JSON, or not what was written.
 */
export const unsealJson = (bytes: Uint8Array): unknown => {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new DamagedRecordError('is not JSON', { cause });
  }
  if (typeof value !== 'object' || value === null || !('checksum' in value)) return value;
  const { checksum, ...record } = value;
  if (checksum !== checksumOf(record)) throw new DamagedRecordError('is damaged: its checksum does not fit');
  return record;
};
