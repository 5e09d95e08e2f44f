/**
 * The values of all topics: which schema they are written with, and how those are read that others wrote. What was looked up once goes on without the
 * registry.
 */
import { type Topic, TOPICS } from '@rushes/domain';
import { StoreFault } from '@rushes/ports';

import type { Registry } from './registry.ts';
import {
  HEAD_BYTES,
  type ReadValue,
  type TopicCodec,
  topicCodec,
  UnusableError,
  type ValueReader,
  type WrittenValue,
} from './topic-codec.ts';

export interface Values {
  /** @throws if the log was opened to be read only. */
  write(topic: Topic, text: string): WrittenValue;
  /** Looks up what reading these values takes. @throws StoreUnavailable. */
  prepare(topic: Topic, values: readonly (Buffer | null)[]): Promise<void>;
  /** Reads a value that was prepared. @throws UnusableError. */
  read(topic: Topic, bytes: Buffer): ReadValue;
}

export interface OpenValues {
  readonly registry: Registry;
  readonly subjectOf: (topic: Topic) => string;
  /** Whether anything lies in a topic already. */
  readonly hasRecords: (topic: Topic) => boolean;
  readonly readOnly: boolean;
  readonly nowMs?: () => number;
}

/** An id that the registry does not know is asked for again after so long. */
const UNKNOWN_FOR_MS = 10_000;

const isBackward = (level: string): boolean => /^(BACKWARD|FULL)(_TRANSITIVE)?$/.test(level);

/** The id that a topic's schema has in the registry; it is registered if it was not there. */
const registeredId = async (options: OpenValues, topic: Topic, codec: TopicCodec): Promise<number | undefined> => {
  const { registry, subjectOf, hasRecords, readOnly } = options;
  const subject = subjectOf(topic);
  const found = await registry.find(subject, codec.schemaText);
  if (typeof found === 'number') return found;
  if (found === 'no subject' && hasRecords(topic))
    throw new StoreFault({
      location: registry.location,
      reason: `does not know ${subject}, although there are records in the topic: it has lost its schemas, or is another registry`,
      hint: 'Restore the schema registry from its backup, or give the URL of the one that the topics were written with.',
    });
  if (readOnly) return undefined;
  const level = await registry.compatibility(subject);
  if (!isBackward(level))
    throw new StoreFault({
      location: registry.location,
      reason: `keeps the compatibility ${level} for ${subject}, so it would not refuse a schema that makes records unreadable`,
      hint: `Set the compatibility of ${subject}, or that of the whole registry, to BACKWARD.`,
    });
  const registered = await registry.register(subject, codec.schemaText);
  if (typeof registered === 'number') return registered;
  const mismatches = codec.mismatches(await registry.latest(subject));
  throw new StoreFault({
    location: registry.location,
    reason: `refuses the schema of ${subject}, since readers of what lies there could not read it any more: ${[...mismatches, registered.refused].join('; ')}`,
    hint: 'A version of a type never changes: give the events a new version beside the old one, and put the schema of the old one back.',
  });
};

interface KnownReader {
  readonly read: ValueReader;
  /** When it is looked up again, by `nowMs`. */
  readonly untilMs: number;
}

const schemaIdOf = (bytes: Buffer | null): number | undefined =>
  bytes !== null && bytes.length >= HEAD_BYTES && bytes[0] === 0 ? bytes.readUInt32BE(1) : undefined;

const refusing =
  (reason: string): ValueReader =>
  () => {
    throw new UnusableError(reason);
  };

export const openValues = async (options: OpenValues): Promise<Values> => {
  const { registry, nowMs = () => performance.now() } = options;
  const codecs = new Map(TOPICS.map((topic) => [topic, topicCodec(topic)]));
  const codecOf = (topic: Topic) => {
    const codec = codecs.get(topic);
    if (codec === undefined) throw new RangeError(`there is no topic ${topic}`);
    return codec;
  };
  const ids = new Map<Topic, number>();
  /** By topic and schema id. */
  const readers = new Map(TOPICS.map((topic) => [topic, new Map<number, KnownReader>()]));
  const readersOf = (topic: Topic): Map<number, KnownReader> => readers.get(topic) ?? new Map<number, KnownReader>();

  for (const [topic, codec] of codecs) {
    const id = await registeredId(options, topic, codec);
    if (id === undefined) continue;
    ids.set(topic, id);
    readersOf(topic).set(id, { read: codec.readerOf(codec.schemaText), untilMs: Infinity });
  }

  const load = async (topic: Topic, id: number): Promise<void> => {
    const known = readersOf(topic);
    if ((known.get(id)?.untilMs ?? 0) > nowMs()) return;
    const schema = await registry.schema(id);
    if (schema === undefined) {
      known.set(id, { read: refusing(`the schema registry does not know its schema ${id}`), untilMs: nowMs() + UNKNOWN_FOR_MS });
      return;
    }
    const readerOf = (): ValueReader => {
      if (schema.type !== 'AVRO') return refusing(`its schema ${id} is ${schema.type}, not Avro`);
      try {
        return codecOf(topic).readerOf(schema.text);
      } catch (error) {
        if (error instanceof UnusableError) return refusing(`schema ${id}: ${error.message}`);
        throw error;
      }
    };
    known.set(id, { read: readerOf(), untilMs: Infinity });
  };

  return {
    write: (topic, text) => {
      const id = ids.get(topic);
      if (id === undefined) throw new Error(`${topic} was opened to be read only`);
      return codecOf(topic).write(text, id);
    },
    prepare: async (topic, values) => {
      const unknown = new Set<number>();
      const known = readersOf(topic);
      const now = nowMs();
      for (const bytes of values) {
        const id = schemaIdOf(bytes);
        if (id !== undefined && (known.get(id)?.untilMs ?? 0) <= now) unknown.add(id);
      }
      for (const id of unknown) await load(topic, id);
    },
    read: (topic, bytes) => {
      const id = schemaIdOf(bytes);
      if (id === undefined) throw new UnusableError('its value is not Avro in the wire format of the schema registry');
      const reader = readersOf(topic).get(id);
      if (reader === undefined) throw new Error(`schema ${id} of ${topic} was not looked up before`);
      return reader.read(bytes);
    },
  };
};
