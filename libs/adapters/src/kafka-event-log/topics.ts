/** The topics that the log is kept in: which partition lies where, and how they have to be set up. Pure. */
import { DEAD_LETTERS, type LogPartition, partitionId, PARTITIONS, type Topic, topicOf, TOPICS } from '@rushes/domain';

export interface TopicSettings {
  /** On how many brokers each record lies. Default: 1. */
  readonly replicationFactor: number;
  /** On how many of them it has to lie before an append is done. Default: 1. */
  readonly minInsyncReplicas: number;
}

/** Of the dead letters' topic, without the prefix. */
const DEAD_LETTER_TOPIC = 'movie.dead-letters';

/** An event of ours is far smaller; what others may write is limited by it. */
const EVENT_BYTES = 1_048_576;
/** A dead letter holds the text of a record with its control characters escaped, six bytes for one. */
const DEAD_LETTER_BYTES = 8 * EVENT_BYTES;
const SEGMENT_BYTES = 64 * 1_048_576;

/** Where a partition lies in Kafka. */
export interface Place {
  /** The topic's name, with the prefix. */
  readonly topic: string;
  readonly index: number;
}

export interface TopicPlan {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly configs: Readonly<Record<string, string>>;
  /** The largest batch that it takes. */
  readonly maxBytes: number;
}

export interface Topics {
  readonly prefix: string;
  /** All that the log has, the dead letters included. */
  readonly partitions: readonly LogPartition[];
  readonly plans: readonly TopicPlan[];
  nameOf(topic: Topic): string;
  /** @throws RangeError if there is no such partition. Kafka's clients take any number modulo the partitions that there are. */
  placeOf(partition: LogPartition): Place;
  partitionAt(topic: string, index: number): LogPartition | undefined;
  maxBytesOf(partition: LogPartition): number;
}

const numberIn = (partition: LogPartition): number => Number(partition.slice(partition.indexOf('/') + 1));

export const topicsOf = (prefix: string, { replicationFactor, minInsyncReplicas }: TopicSettings): Topics => {
  const nameOf = (topic: Topic): string => `${prefix}${topic}`;
  const configs = (maxBytes: number): TopicPlan['configs'] => ({
    'cleanup.policy': 'delete',
    'retention.ms': '-1',
    'retention.bytes': '-1',
    'message.timestamp.type': 'LogAppendTime',
    'segment.bytes': String(SEGMENT_BYTES),
    'max.message.bytes': String(maxBytes),
    'min.insync.replicas': String(minInsyncReplicas),
    'unclean.leader.election.enable': 'false',
  });
  const plan = (name: string, partitions: number, maxBytes: number): TopicPlan => ({
    name,
    partitions,
    replicationFactor,
    configs: configs(maxBytes),
    maxBytes,
  });
  const countOf = (topic: Topic): number => PARTITIONS.filter((partition) => topicOf(partition) === topic).length;
  const places = new Map<string, Place>([
    ...PARTITIONS.map((partition) => [partition, { topic: nameOf(topicOf(partition)), index: numberIn(partition) }] as const),
    [DEAD_LETTERS, { topic: `${prefix}${DEAD_LETTER_TOPIC}`, index: 0 }],
  ]);
  const byPlace = new Map<string, LogPartition>([
    ...TOPICS.flatMap((topic) =>
      Array.from({ length: countOf(topic) }, (_, index) => [`${nameOf(topic)}/${index}`, partitionId(topic, index)] as const),
    ),
    [`${prefix}${DEAD_LETTER_TOPIC}/0`, DEAD_LETTERS],
  ]);
  return {
    prefix,
    partitions: [...PARTITIONS, DEAD_LETTERS],
    plans: [
      ...TOPICS.map((topic) => plan(nameOf(topic), countOf(topic), EVENT_BYTES)),
      plan(`${prefix}${DEAD_LETTER_TOPIC}`, 1, DEAD_LETTER_BYTES),
    ],
    nameOf,
    placeOf: (partition) => {
      const place = places.get(partition);
      if (place === undefined) throw new RangeError(`there is no partition ${partition}`);
      return place;
    },
    partitionAt: (topic, index) => byPlace.get(`${topic}/${index}`),
    maxBytesOf: (partition) => (partition === DEAD_LETTERS ? DEAD_LETTER_BYTES : EVENT_BYTES),
  };
};
