/**
 * Records of the log as records of Kafka, and back. Whatever lies in our topics comes out as something: what is no record of ours is an event whose text says
 * why it cannot be used, so it is judged, counted and kept as any unusable event.
 */
import { isUtf8 } from 'node:buffer';
import { DEAD_LETTERS, judgeEvent, type LogPartition, topicOf, unusableText } from '@rushes/domain';
import type { EventRecord, LogRecord, NewRecord, TraceContext } from '@rushes/ports';
import type { MessageRecord } from '@platformatic/kafka';

import { UnusableError } from './avro/topic-codec.ts';
import type { Values } from './avro/values.ts';
import { homeOf } from './homes.ts';
import { BARRIER_HEADER, ID_HEADER, type StoredRecord, TRACEPARENT_HEADER, TRACESTATE_HEADER } from './record-batch.ts';
import type { Topics } from './topics.ts';

const TYPE_HEADER = Buffer.from('rushes-type');

/** A record on its way to Kafka. */
export interface PreparedRecord {
  readonly partition: LogPartition;
  readonly message: MessageRecord;
  /** At least as many bytes as it takes within a batch. */
  readonly bytes: number;
}

/** What a record takes beside its key, value and headers, and what each header takes beside its own bytes: lengths, deltas, attributes. At most. */
const RECORD_OVERHEAD = 32;
const HEADER_OVERHEAD = 8;

const prepared = (
  topics: Topics,
  partition: LogPartition,
  message: Pick<MessageRecord, 'key' | 'value'> & { readonly headers: Map<Buffer, Buffer> },
): PreparedRecord => {
  const { topic, index } = topics.placeOf(partition);
  let bytes = RECORD_OVERHEAD + (message.key?.length ?? 0) + ((message.value as Buffer | null) ?? '').length; // as: a barrier has no value
  for (const [name, value] of message.headers) bytes += HEADER_OVERHEAD + name.length + value.length;
  return { partition, bytes, message: { ...message, topic, partition: index } };
};

export const prepareBarrier = (topics: Topics, partition: LogPartition, number: number): PreparedRecord =>
  prepared(topics, partition, { value: null as never, headers: new Map([[BARRIER_HEADER, Buffer.from(String(number))]]) }); // as never: the client's type leaves null out, its code does not

const addTrace = (headers: Map<Buffer, Buffer>, { traceparent, tracestate }: TraceContext): void => {
  headers.set(TRACEPARENT_HEADER, Buffer.from(traceparent));
  if (tracestate !== undefined) headers.set(TRACESTATE_HEADER, Buffer.from(tracestate));
};

/** @throws RangeError if an event would lie where no reader takes it from. */
export const prepareRecord = (
  topics: Topics,
  values: Values,
  { partition, key, id, value, trace }: NewRecord,
  where: string,
  traces = false,
): PreparedRecord => {
  const headers = new Map([[ID_HEADER, Buffer.from(id)]]);
  if (traces && trace !== undefined) addTrace(headers, trace);
  if (partition === DEAD_LETTERS) return prepared(topics, partition, { key: Buffer.from(key), value: Buffer.from(value), headers });
  const topic = topicOf(partition);
  const written = values.write(topic, value);
  if (written.type !== undefined) {
    if (homeOf(topic, key) !== partition) throw new RangeError(`${where}: events of ${key} belong into ${homeOf(topic, key)}`);
    headers.set(TYPE_HEADER, Buffer.from(written.type));
  }
  return prepared(topics, partition, { key: Buffer.from(key), value: written.bytes, headers });
};

/** What decoding puts where bytes are no UTF-8; it may also have been written. */
const REPLACEMENT = '\ufffd';

const textOf = (bytes: Buffer | null | undefined): string | undefined => {
  if (bytes === null || bytes === undefined) return undefined;
  const text = bytes.toString('utf8');
  return text.includes(REPLACEMENT) && !isUtf8(bytes) ? undefined : text;
};

const barrierNumber = (record: StoredRecord): number | undefined => {
  const text = record.value === null ? textOf(record.barrier) : undefined;
  const number = text !== undefined && /^[1-9]\d*$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
};

/** @throws UnusableError. */
const eventValue = (
  values: Values,
  partition: Exclude<LogPartition, typeof DEAD_LETTERS>,
  key: string,
  value: Buffer,
  appendedAtMs: number,
): string => {
  const topic = topicOf(partition);
  const { text, type } = values.read(topic, value);
  if (homeOf(topic, key) === partition) return text;
  // Events of a movie are in order only if they lie in its partition. Texts that are no events may lie anywhere.
  if (type === undefined && 'fault' in judgeEvent(text, { topic, key, appendedAtMs })) return text;
  throw new UnusableError(`it lies in ${partition}, but its key ${key} belongs into ${homeOf(topic, key)}`);
};

/** @throws UnusableError. */
const valueOf = (values: Values, partition: LogPartition, { key: keyBytes, value, appendedAtMs }: StoredRecord): string => {
  if (value === null) throw new UnusableError('it has no value, and is no barrier');
  const key = textOf(keyBytes);
  if (key === undefined || key === '') throw new UnusableError('its key is no text in UTF-8');
  if (partition !== DEAD_LETTERS) return eventValue(values, partition, key, value, appendedAtMs);
  const text = textOf(value);
  if (text === undefined) throw new UnusableError('its value is no text in UTF-8');
  return text;
};

/** More than a `traceparent`, and all that a `tracestate` may have. */
const [TRACEPARENT_BYTES, TRACESTATE_BYTES] = [100, 512];

const shortText = (bytes: Buffer | undefined, most: number): string | undefined =>
  bytes === undefined || bytes.length > most ? undefined : textOf(bytes);

const traceOf = (record: StoredRecord): Pick<EventRecord, 'trace'> => {
  const traceparent = shortText(record.traceparent, TRACEPARENT_BYTES);
  if (traceparent === undefined) return {};
  const tracestate = shortText(record.tracestate, TRACESTATE_BYTES);
  return { trace: { traceparent, ...(tracestate === undefined ? {} : { tracestate }) } };
};

/** A record of the log. Its value was prepared. @param traces whether it says where it stands in a trace. */
export const logRecord = (values: Values, partition: LogPartition, record: StoredRecord, traces: boolean): LogRecord => {
  const { offset, appendedAtMs } = record;
  const number = partition === DEAD_LETTERS ? undefined : barrierNumber(record);
  if (number !== undefined) return { kind: 'barrier', offset, appendedAtMs, number };
  const id = textOf(record.id);
  const event: Omit<EventRecord, 'value'> = {
    kind: 'event',
    offset,
    appendedAtMs,
    key: textOf(record.key) ?? '',
    // Derived from where it lies, so whoever reads it gives it the same.
    id: id === undefined || id === '' ? `kafka/${partition}/${offset}` : id,
    ...(traces ? traceOf(record) : {}),
  };
  try {
    return { ...event, value: valueOf(values, partition, record) };
  } catch (error) {
    if (!(error instanceof UnusableError)) throw error;
    return { ...event, value: unusableText(`the record cannot be used: ${error.message}`, record.value) };
  }
};
