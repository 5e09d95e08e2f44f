/**
 * Batches of records as bytes (https://kafka.apache.org/documentation/#recordbatch). The client makes batches too, but writes differences of times beyond 32
 * bits wrongly, and records that are kept for long lie further apart.
 */
import { gzipSync } from 'node:zlib';
import { crc32c } from '@platformatic/kafka';

import { FILLER_HEADER } from './record-batch.ts';

export interface RecordToPlace {
  /** In milliseconds since 1970; `NO_TIME`: none. */
  readonly timeMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Iterable<readonly [Buffer, Buffer]>;
}

/** By Kafka's protocol: no time at all, so no search for a time finds the record. */
const NO_TIME = -1;

const NOTHING = Buffer.alloc(0);

/**
 * Only fills an offset. A broker gives offsets itself, one after another, and takes no batch that leaves some out; so a log that is to have its records at
 * known offsets is filled up to each of them. Readers of this adapter pass these records over as if nothing lay there.
 */
export const FILLER: RecordToPlace = { timeMs: NO_TIME, key: null, value: null, headers: [[FILLER_HEADER, NOTHING]] };

const HEAD_BYTES = 61;
/** Places within a batch. */
const LENGTH_AT = 8;
const MAGIC_AT = 16;
const CHECKSUM_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_DELTA_AT = 23;
const FIRST_TIME_AT = 27;
const MAX_TIME_AT = 35;
const PRODUCER_AT = 43;
const EPOCH_AT = 51;
const SEQUENCE_AT = 53;
const COUNT_AT = 57;
const MAGIC = 2;
const GZIP = 1;
/** More than a number of 64 bits takes. */
const VARINT_BYTES = 10;

/** Grows as it is written to. */
class Bytes {
  #buffer = Buffer.allocUnsafe(4_096);
  #length = 0;
  #reserve(count: number): void {
    if (this.#length + count <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#buffer.length, this.#length + count));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
  writeByte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }
  /** Seven bits a byte, the sign in the lowest bit. */
  writeInteger(value: number): void {
    this.#reserve(VARINT_BYTES);
    let left = value < 0 ? -2 * value - 1 : 2 * value;
    for (; left >= 0x80; left = Math.floor(left / 128)) this.#buffer[this.#length++] = (left % 128) | 0x80;
    this.#buffer[this.#length++] = left;
  }
  write(bytes: Buffer): void {
    this.#reserve(bytes.length);
    this.#length += bytes.copy(this.#buffer, this.#length);
  }
  /** Behind its length; nothing at all has the length −1. */
  writeSized(bytes: Buffer | null): void {
    this.writeInteger(bytes?.length ?? -1);
    if (bytes !== null) this.write(bytes);
  }
  clear(): void {
    this.#length = 0;
  }
  written(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}

const writeRecord = (to: Bytes, body: Bytes, { timeMs, key, value, headers }: RecordToPlace, delta: number, firstMs: number): void => {
  body.clear();
  body.writeByte(0); // attributes
  body.writeInteger(timeMs - firstMs);
  body.writeInteger(delta);
  body.writeSized(key);
  body.writeSized(value);
  const all = [...headers];
  body.writeInteger(all.length);
  for (const [name, content] of all) {
    body.writeSized(name);
    body.writeSized(content);
  }
  to.writeSized(body.written());
};

/** A batch with these records, one offset after another. @param isPacked whether it is compressed. */
export const batchOf = (records: readonly RecordToPlace[], isPacked = false): Buffer => {
  const firstMs = records[0]?.timeMs ?? NO_TIME;
  const [all, body] = [new Bytes(), new Bytes()];
  let maxMs = NO_TIME;
  for (const [delta, record] of records.entries()) {
    writeRecord(all, body, record, delta, firstMs);
    maxMs = Math.max(maxMs, record.timeMs);
  }
  const bytes = Buffer.concat([Buffer.alloc(HEAD_BYTES), isPacked ? gzipSync(all.written()) : all.written()]);
  bytes.writeInt32BE(bytes.length - LENGTH_AT - 4, LENGTH_AT);
  bytes.writeInt8(MAGIC, MAGIC_AT);
  bytes.writeInt16BE(isPacked ? GZIP : 0, ATTRIBUTES_AT);
  bytes.writeInt32BE(records.length - 1, LAST_DELTA_AT);
  bytes.writeBigInt64BE(BigInt(firstMs), FIRST_TIME_AT);
  bytes.writeBigInt64BE(BigInt(maxMs), MAX_TIME_AT);
  bytes.writeBigInt64BE(-1n, PRODUCER_AT);
  bytes.writeInt16BE(-1, EPOCH_AT);
  bytes.writeInt32BE(-1, SEQUENCE_AT);
  bytes.writeInt32BE(records.length, COUNT_AT);
  bytes.writeUInt32BE(crc32c(bytes.subarray(ATTRIBUTES_AT)), CHECKSUM_AT);
  return bytes;
};

/** Of a batch that is read to its records again: decoded at once, so not too many. */
const PLAIN_AT_MOST = 10_000;
/** Of a batch that is removed again before anybody reads. Compressed it takes a few kilobytes; the broker looks at each record of it. */
const PACKED_AT_MOST = 250_000;

/** The last of each kind: most are of one size, and one serves all partitions. */
const made = new Map<boolean, { readonly count: number; readonly batch: Buffer }>();

const fillerBatch = (count: number, isPacked: boolean): Buffer => {
  const known = made.get(isPacked);
  if (known?.count === count) return known.batch;
  const batch = batchOf(
    Array.from({ length: count }, () => FILLER),
    isPacked,
  );
  made.set(isPacked, { count, batch });
  return batch;
};

/** Batches that fill so many offsets, and how many each. @param isPacked whether they are removed again unread. */
export const fillerBatches = function* (count: number, isPacked: boolean): Generator<readonly [number, Buffer], void, undefined> {
  const most = isPacked ? PACKED_AT_MOST : PLAIN_AT_MOST;
  for (let left = count; left > 0; left -= most) {
    const some = Math.min(left, most);
    yield [some, fillerBatch(some, isPacked)];
  }
};
