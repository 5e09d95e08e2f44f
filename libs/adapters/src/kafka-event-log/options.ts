import type { TopicSettings } from './topics.ts';

/** How the process proves who it is. */
export type KafkaSasl =
  | { readonly mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'PLAIN'; readonly user: string; readonly password: string }
  /** Asked for the token at each use, since tokens expire. */
  | { readonly mechanism: 'OAUTHBEARER'; readonly token: () => string | Promise<string> }
  /** A file that holds the token, read at each use. */
  | { readonly mechanism: 'OAUTHBEARER'; readonly tokenFile: string };

export interface KafkaTls {
  /** Certificates of the authorities that are trusted, in PEM. Default: those that Node trusts. */
  readonly ca?: string | undefined;
  /** The process's own certificate and key, in PEM, where brokers ask for one. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface KafkaRegistry {
  /** The base of Confluent's interface, as `http://registry:8081`. Without credentials. */
  readonly url: string;
  /** Basic authentication. Default: none. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

/** Limits with the units they are in. Tests set them. */
export interface KafkaLimits {
  /** How long a request may take, and so an append. Default: 10 seconds. */
  readonly requestTimeoutMs: number;
  /** How long connecting to a broker may take. Default: 5 seconds. */
  readonly connectTimeoutMs: number;
  /** How long a broker waits for new records before it answers a reader with none. Default: 1 second. */
  readonly waitMs: number;
  /** How long reading goes on without an answer from a broker before it fails. Default: 30 seconds. */
  readonly stallMs: number;
  /** How long an end before the position that is read from has to last to be believed: a new leader may not know the end at once. Default: 2 seconds. */
  readonly settleMs: number;
  /** Bytes of one partition in an answer; at least one batch comes in any case. Default: 1 MiB. */
  readonly partitionBytes: number;
  /** Bytes of an answer. Default: 4 MiB. */
  readonly answerBytes: number;
}

export interface KafkaEventLogOptions extends Partial<TopicSettings> {
  /** `host:port` of brokers that are asked for the others; at least one. */
  readonly brokers: readonly string[];
  /** What the names of the topics and of their subjects in the registry begin with. Default: ''. */
  readonly topicPrefix?: string | undefined;
  readonly registry: KafkaRegistry;
  /** Default: connections without TLS. */
  readonly tls?: KafkaTls | undefined;
  /** Default: no authentication. */
  readonly sasl?: KafkaSasl | undefined;
  /** Default: 7 days; at least 48 hours. */
  readonly retentionMs?: number | undefined;
  /** The client's clock in milliseconds: it decides what is old enough to be trimmed. Default: the process's. */
  readonly now?: (() => number) | undefined;
  /** Only reads: makes no topic, registers no schema. Default: false. */
  readonly readOnly?: boolean | undefined;
  /** Keeps where records stand in traces, and gives it to who follows. Default: false. */
  readonly traces?: boolean | undefined;
  readonly limits?: Partial<KafkaLimits> | undefined;
}

export const DEFAULT_LIMITS: KafkaLimits = {
  requestTimeoutMs: 10_000,
  connectTimeoutMs: 5_000,
  waitMs: 1_000,
  stallMs: 30_000,
  settleMs: 2_000,
  partitionBytes: 1_048_576,
  answerBytes: 4_194_304,
};
