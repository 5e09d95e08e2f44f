/**
 * Batches of records by their layout (https://kafka.apache.org/documentation/#recordbatch). The client can read them too, and does where they are compressed;
 * here they are compared with their checksums, and a record costs a third of the time.
 */
import { crc32c, Reader, readRecordsBatch } from '@platformatic/kafka';

/** Headers that say something to this program. */
export const ID_HEADER = Buffer.from('rushes-id');
export const BARRIER_HEADER = Buffer.from('rushes-barrier');
/** On a record without key and value: nothing of the log lies at its offset. See filled-batch.ts. */
export const FILLER_HEADER = Buffer.from('rushes-filler');

/** Where its append stands in a trace, under the names that https://www.w3.org/TR/trace-context/ gives. */
export const TRACEPARENT_HEADER = Buffer.from('traceparent');
export const TRACESTATE_HEADER = Buffer.from('tracestate');

/** A record as it lies in Kafka, as far as it is used. */
export interface StoredRecord {
  readonly offset: number;
  readonly appendedAtMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Values of headers; of several with one name, the first. */
  readonly id: Buffer | undefined;
  readonly barrier: Buffer | undefined;
  readonly traceparent: Buffer | undefined;
  readonly tracestate: Buffer | undefined;
}

export interface StoredBatch {
  /** The offset behind its last record, whether that is still there or not. */
  readonly end: number;
  readonly leaderEpoch: number;
  /** Without records that only fill offsets. None if it is a marker of a transaction. */
  readonly records: readonly StoredRecord[];
}

/** What can be read of batches. */
export interface Batches {
  readonly batches: readonly StoredBatch[];
  /** The first offset of a batch that is not what was stored, behind `batches`. */
  readonly damagedAt: number | undefined;
}

/** Places within a batch. */
const LENGTH_AT = 8;
const HEAD_BYTES = 12;
const EPOCH_AT = 12;
const CHECKSUM_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_DELTA_AT = 23;
const FIRST_TIME_AT = 27;
const MAX_TIME_AT = 35;
const COUNT_AT = 57;
const RECORDS_AT = 61;
/** Bits of the attributes. */
const COMPRESSION = 7;
const LOG_APPEND_TIME = 8;
const CONTROL = 32;

/** Goes through a batch's records. Lengths and differences are numbers of 7 bits a byte, the sign in the lowest bit. */
class Cursor {
  readonly bytes: Buffer;
  at: number;
  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes;
    this.at = at;
  }
  readInteger(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new RangeError('a record goes beyond its batch');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
  /** Bytes behind their length; −1 is none at all. */
  readBytes(): Buffer | null {
    const length = this.readInteger();
    if (length < 0) return null;
    this.at += length;
    if (this.at > this.bytes.length) throw new RangeError('a record goes beyond its batch');
    return this.bytes.subarray(this.at - length, this.at);
  }
  /** Whether the next bytes with their length are these; goes behind them either way. */
  nextIs(wanted: readonly Buffer[]): Buffer | undefined {
    const length = this.readInteger();
    const from = this.at;
    this.at += Math.max(0, length);
    return wanted.find((one) => one.length === length && one.compare(this.bytes, from, from + length) === 0);
  }
  skipBytes(): void {
    const length = this.readInteger();
    this.at += Math.max(0, length);
  }
}

const WANTED = [ID_HEADER, BARRIER_HEADER, FILLER_HEADER, TRACEPARENT_HEADER, TRACESTATE_HEADER];

/** `undefined`: the record only fills its offset. */
const readRecord = (cursor: Cursor, baseOffset: number, firstTimeMs: number, logTimeMs: number | undefined): StoredRecord | undefined => {
  const length = cursor.readInteger();
  const end = cursor.at + length;
  cursor.at += 1; // attributes, of which there are none
  const timeDelta = cursor.readInteger();
  const offset = baseOffset + cursor.readInteger();
  const key = cursor.readBytes();
  const value = cursor.readBytes();
  let id: Buffer | undefined;
  let barrier: Buffer | undefined;
  let traceparent: Buffer | undefined;
  let tracestate: Buffer | undefined;
  let isFiller = false;
  for (let left = cursor.readInteger(); left > 0; left--) {
    const name = cursor.nextIs(WANTED);
    if (name === ID_HEADER) id ??= cursor.readBytes() ?? undefined;
    else if (name === BARRIER_HEADER) barrier ??= cursor.readBytes() ?? undefined;
    else if (name === TRACEPARENT_HEADER) traceparent ??= cursor.readBytes() ?? undefined;
    else if (name === TRACESTATE_HEADER) tracestate ??= cursor.readBytes() ?? undefined;
    else {
      isFiller ||= name === FILLER_HEADER && key === null && value === null;
      cursor.skipBytes();
    }
  }
  if (cursor.at > cursor.bytes.length) throw new RangeError('a record goes beyond its batch');
  cursor.at = end;
  if (isFiller) return undefined;
  return { offset, appendedAtMs: logTimeMs ?? firstTimeMs + timeDelta, key, value, id, barrier, traceparent, tracestate };
};

const compressedRecords = (
  bytes: Buffer,
  baseOffset: number,
  firstTimeMs: number,
  logTimeMs: number | undefined,
): readonly StoredRecord[] =>
  readRecordsBatch(Reader.from(bytes)).records.flatMap(({ offsetDelta, timestampDelta, key, value, headers }) => {
    const find = (name: Buffer) => headers.find(([one]) => one?.equals(name) === true);
    if (key === null && value === null && find(FILLER_HEADER) !== undefined) return [];
    return {
      offset: baseOffset + offsetDelta,
      appendedAtMs: logTimeMs ?? firstTimeMs + Number(timestampDelta),
      key,
      value,
      id: find(ID_HEADER)?.[1] ?? undefined,
      barrier: find(BARRIER_HEADER)?.[1] ?? undefined,
      traceparent: find(TRACEPARENT_HEADER)?.[1] ?? undefined,
      tracestate: find(TRACESTATE_HEADER)?.[1] ?? undefined,
    };
  });

const readBatch = (bytes: Buffer): StoredBatch => {
  const baseOffset = Number(bytes.readBigInt64BE(0));
  const attributes = bytes.readInt16BE(ATTRIBUTES_AT);
  const firstTimeMs = Number(bytes.readBigInt64BE(FIRST_TIME_AT));
  const logTimeMs = (attributes & LOG_APPEND_TIME) === 0 ? undefined : Number(bytes.readBigInt64BE(MAX_TIME_AT));
  const place = { end: baseOffset + bytes.readInt32BE(LAST_DELTA_AT) + 1, leaderEpoch: bytes.readInt32BE(EPOCH_AT) };
  if ((attributes & CONTROL) !== 0) return { ...place, records: [] };
  if ((attributes & COMPRESSION) !== 0) return { ...place, records: compressedRecords(bytes, baseOffset, firstTimeMs, logTimeMs) };
  const cursor = new Cursor(bytes, RECORDS_AT);
  const records: StoredRecord[] = [];
  for (let left = bytes.readInt32BE(COUNT_AT); left > 0; left--) {
    const record = readRecord(cursor, baseOffset, firstTimeMs, logTimeMs);
    if (record !== undefined) records.push(record);
  }
  return { ...place, records };
};

const soundBatch = (bytes: Buffer): StoredBatch | undefined => {
  if (bytes.length < RECORDS_AT || crc32c(bytes.subarray(ATTRIBUTES_AT)) !== bytes.readUInt32BE(CHECKSUM_AT)) return undefined;
  try {
    return readBatch(bytes);
  } catch {
    return undefined;
  }
};

/** @param bytes batches one after another; the last one may be cut off. */
export const readBatches = (bytes: Buffer): Batches => {
  const batches: StoredBatch[] = [];
  for (let at = 0; at + HEAD_BYTES <= bytes.length;) {
    const length = bytes.readInt32BE(at + LENGTH_AT);
    const end = at + HEAD_BYTES + length;
    if (length >= 0 && end > bytes.length) break;
    const batch = length < 0 ? undefined : soundBatch(bytes.subarray(at, end));
    if (batch === undefined) return { batches, damagedAt: Number(bytes.readBigInt64BE(at)) };
    batches.push(batch);
    at = end;
  }
  return { batches, damagedAt: undefined };
};
