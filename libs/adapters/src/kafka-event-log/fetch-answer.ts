/**
 * A broker's answer to Fetch (version 17), taken apart here and not by the client, which does not compare batches with their checksums and fails as a whole
 * where one batch cannot be read. Here what is damaged ends its own partition, after what lies before it.
 */
import { createAPI, fetchV17, type Reader } from '@platformatic/kafka';

import { type Batches, readBatches } from './record-batch.ts';

export interface AnsweredPartition extends Batches {
  readonly index: number;
  readonly errorCode: number;
  readonly highWatermark: number;
  /** Where the log that was read ends in the log that the broker has, if they differ before the position. */
  readonly divergedAt: number | undefined;
}

export interface AnsweredTopic {
  readonly topicId: string;
  readonly partitions: readonly AnsweredPartition[];
}

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
