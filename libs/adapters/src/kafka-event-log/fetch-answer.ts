/**
 * A broker's answer to Fetch (version 17), taken apart here and not by the client, which does not compare batches with their checksums and fails as a whole
 * where one batch cannot be read. Here what is damaged ends its own partition, after what lies before it.
 */
import { createAPI, crc32c, fetchV17, Reader, readRecordsBatch, type RecordsBatch } from '@platformatic/kafka';

export interface AnsweredPartition {
  readonly index: number;
  readonly errorCode: number;
  readonly highWatermark: number;
  /** Where the log that was read ends in the log that the broker has, if they differ before the position. */
  readonly divergedAt: number | undefined;
  readonly batches: readonly RecordsBatch[];
  /** The first offset of a batch that is not what was stored, behind `batches`. */
  readonly damagedAt: number | undefined;
}

export interface AnsweredTopic {
  readonly topicId: string;
  readonly partitions: readonly AnsweredPartition[];
}

/** Parts of a batch by their place, https://kafka.apache.org/documentation/#recordbatch */
const LENGTH_AT = 8;
const HEAD_BYTES = 12;
const CHECKSUM_AT = 17;
const SUMMED_FROM = 21;

/** The tag of the field that says where logs differ. */
const DIVERGING_EPOCH = 0;

const readDivergence = (reader: Reader): number | undefined => {
  let divergedAt: number | undefined;
  for (let left = reader.readUnsignedVarInt(); left > 0; left--) {
    const tag = reader.readUnsignedVarInt();
    const end = reader.readUnsignedVarInt() + reader.position;
    if (tag === DIVERGING_EPOCH && reader.readInt32() >= 0) divergedAt = Number(reader.readInt64());
    reader.skip(end - reader.position);
  }
  return divergedAt;
};

const soundBatch = (bytes: Buffer): RecordsBatch | undefined => {
  if (crc32c(bytes.subarray(SUMMED_FROM)) !== bytes.readUInt32BE(CHECKSUM_AT)) return undefined;
  try {
    return readRecordsBatch(Reader.from(bytes));
  } catch {
    return undefined;
  }
};

/** @param bytes batches one after another; the last one may be cut off. */
export const readBatches = (bytes: Buffer): Pick<AnsweredPartition, 'batches' | 'damagedAt'> => {
  const batches: RecordsBatch[] = [];
  for (let at = 0; at + SUMMED_FROM <= bytes.length;) {
    const end = at + HEAD_BYTES + bytes.readInt32BE(at + LENGTH_AT);
    if (end > bytes.length) break;
    const batch = end < at + SUMMED_FROM ? undefined : soundBatch(bytes.subarray(at, end));
    if (batch === undefined) return { batches, damagedAt: Number(bytes.readBigInt64BE(at)) };
    batches.push(batch);
    at = end;
  }
  return { batches, damagedAt: undefined };
};

const readPartition = (reader: Reader): AnsweredPartition => {
  const index = reader.readInt32();
  const errorCode = reader.readInt16();
  const highWatermark = Number(reader.readInt64());
  reader.readInt64(); // last stable offset
  reader.readInt64(); // start of the log
  reader.readNullableArray((aborted) => [aborted.readInt64(), aborted.readInt64()]);
  reader.readInt32(); // preferred replica
  const bytes = reader.readNullableBytes() ?? Buffer.alloc(0);
  return { index, errorCode, highWatermark, divergedAt: readDivergence(reader), ...readBatches(bytes) };
};

const readAnswer = (_correlationId: number, _key: number, _version: number, reader: Reader): readonly AnsweredTopic[] => {
  reader.readInt32(); // throttle time
  reader.readInt16(); // of a session, and there is none
  reader.readInt32(); // session
  return reader.readArray(
    (topic) => {
      const answered = { topicId: topic.readUUID(), partitions: topic.readArray(readPartition, true, false) };
      topic.readTaggedFields();
      return answered;
    },
    true,
    false,
  );
};

type FetchArguments = Parameters<typeof fetchV17.createRequest>;

export const fetchApi = createAPI<FetchArguments, readonly AnsweredTopic[]>(
  fetchV17.api.key,
  fetchV17.api.version,
  fetchV17.createRequest,
  readAnswer,
);
