/**
 * A topic's values in Confluent's wire format: a zero byte, the schema's id in four bytes, Avro. Invariant: whatever text is written comes back as it was. An
 * event in its one canonical text is written with its type, any other text as `Text`.
 */
import type { EventType, MovieEvent, Topic } from '@rushes/domain';
import type { Type, types } from 'avsc';

import { avroType } from './bounded-types.ts';
import { branchesOf, TEXT_BRANCH, topicSchema } from './event-schemas.ts';
import { turningOf } from './event-values.ts';

export const HEAD_BYTES = 5;

/** Why the bytes of a record cannot be used: the reason is for people. */
export class UnusableError extends Error {
  override readonly name = 'UnusableError';
}

export interface WrittenValue {
  readonly bytes: Buffer;
  /** `undefined`: a text that is no event in its canonical form. */
  readonly type: EventType | undefined;
}

/** What a value says. */
export interface ReadValue {
  readonly text: string;
  readonly type: EventType | undefined;
}

/** @throws UnusableError. */
export type ValueReader = (bytes: Buffer) => ReadValue;

export interface TopicCodec {
  /** The schema, as it is registered. */
  readonly schemaText: string;
  /** @param schemaId that the registry gave to the schema. */
  write(text: string, schemaId: number): WrittenValue;
  /** A reader of values that were written with a schema. @throws UnusableError if nothing written with it can be used. */
  readerOf(writerSchema: string): ValueReader;
  /** Why branches of another schema cannot be read as ours, each by its field. */
  mismatches(writerSchema: string): readonly string[];
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const headed = (type: Type, value: unknown, schemaId: number): Buffer => {
  const body = type.toBuffer(value);
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + body.length);
  bytes.writeUInt8(0, 0);
  bytes.writeUInt32BE(schemaId, 1);
  body.copy(bytes, HEAD_BYTES);
  return bytes;
};

/** What was thrown, as a reason. */
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The branch's name and value of a decoded record. */
const branchOf = (value: unknown): readonly [name: string, value: unknown] => {
  const { event } = value as { readonly event: Readonly<Record<string, unknown>> }; // as: a record of the envelope's type
  return Object.entries(event)[0] ?? ['', undefined];
};

const decode = (type: Type, bytes: Buffer): unknown => {
  try {
    return type.fromBuffer(bytes.subarray(HEAD_BYTES)) as unknown;
  } catch (error) {
    throw new UnusableError(`does not decode by its schema: ${reasonOf(error)}`, { cause: error });
  }
};

/** The library puts U+FFFD where bytes are no UTF-8. */
const REPLACEMENT = '\ufffd';

const requireUtf8 =
  (read: ValueReader): ValueReader =>
  (bytes) => {
    const value = read(bytes);
    if (value.text.includes(REPLACEMENT) && !bytes.includes(REPLACEMENT)) throw new UnusableError('a text in it is no UTF-8');
    return value;
  };

/** The types of the envelope's branches by their names; the envelope of another program may have members behind `event`. */
const envelopeBranches = (type: Type): ReadonlyMap<string, Type> => {
  const fields = type.typeName === 'record' ? (type as types.RecordType).fields : []; // as: its name says so
  const union = fields.find(({ name }) => name === 'event')?.type;
  if (union === undefined || !union.typeName.startsWith('union:'))
    throw new UnusableError('its schema has no member `event` that is a union');
  const branches = (union as types.WrappedUnionType).types; // as: its name says so
  return new Map(branches.flatMap((branch) => (branch.name === undefined ? [] : [[branch.name, branch]])));
};

export const topicCodec = (topic: Topic): TopicCodec => {
  const schema = topicSchema(topic);
  const schemaText = JSON.stringify(schema);
  const envelope = avroType(schema);
  const ownBranches = envelopeBranches(envelope);
  const events = branchesOf(topic).map((branch) => ({ ...branch, turning: turningOf(branch.schema) }));
  const byName = new Map(events.map((one) => [one.name, one]));

  /** What a branch of our own envelope says. */
  const readBranch = (name: string, value: unknown): ReadValue => {
    if (name === TEXT_BRANCH) return { text: (value as { readonly text: string }).text, type: undefined }; // as: the branch's type
    const event = byName.get(name);
    if (event === undefined) throw new UnusableError(`unknown kind of event ${name}`);
    const { type, version, turning } = event;
    // `eventText` without its sorting: members of an Avro record stand in the order of the event's schema.
    return { text: JSON.stringify({ type, version, payload: turning.fromAvro(value) }), type };
  };
  const readOwn = requireUtf8((bytes) => readBranch(...branchOf(decode(envelope, bytes))));

  /** An event's bytes, if they say exactly the text. */
  const writeTyped = (text: string, schemaId: number): WrittenValue | undefined => {
    const value = parse(text) as Partial<MovieEvent> | undefined | null; // as: compared below
    const event = events.find(({ type, version }) => type === value?.type && version === value.version);
    if (event === undefined) return undefined;
    try {
      const bytes = headed(envelope, { event: { [event.name]: event.turning.toAvro(value?.payload) } }, schemaId);
      return readOwn(bytes).text === text ? { bytes, type: event.type } : undefined;
    } catch {
      return undefined; // Avro refuses what is not of the schema
    }
  };

  const readerOf = (writerSchema: string): ValueReader => {
    if (writerSchema === schemaText) return readOwn;
    let writer: Type;
    try {
      writer = avroType(JSON.parse(writerSchema), 'always');
    } catch (error) {
      throw new UnusableError(`its schema cannot be read: ${reasonOf(error)}`, { cause: error });
    }
    if (writer.fingerprint().equals(envelope.fingerprint())) return readOwn;
    const readers = new Map(
      [...envelopeBranches(writer)].flatMap(([name, branch]) => {
        const own = ownBranches.get(name);
        return own === undefined ? [] : [[name, branchReader(own, branch)] as const];
      }),
    );
    return requireUtf8((bytes) => {
      const [name, value] = branchOf(decode(writer, bytes));
      return readBranch(name, readers.get(name)?.(value));
    });
  };

  return {
    schemaText,
    write: (text, schemaId) =>
      writeTyped(text, schemaId) ?? { bytes: headed(envelope, { event: { [TEXT_BRANCH]: { text } } }, schemaId), type: undefined },
    readerOf,
    mismatches: (writerSchema) =>
      [...envelopeBranches(avroType(JSON.parse(writerSchema), 'always'))].flatMap(([name, branch]) => {
        const own = ownBranches.get(name);
        return own === undefined ? [`${name} is not among ours`] : mismatch(own, branch);
      }),
  };
};

const mismatch = (own: Type, branch: Type): readonly string[] => {
  try {
    own.createResolver(branch);
    return [];
  } catch (error) {
    return [`${own.name}: ${reasonOf(error)}`];
  }
};

/** Values of another form of a branch, as values of our own. */
const branchReader = (own: Type, branch: Type): ((value: unknown) => unknown) => {
  let resolver: ReturnType<Type['createResolver']>;
  try {
    resolver = own.createResolver(branch);
  } catch (error) {
    return () => {
      throw new UnusableError(`its form of ${own.name} does not fit ours: ${reasonOf(error)}`, { cause: error });
    };
  }
  return (value) => {
    try {
      return own.fromBuffer(branch.toBuffer(value), resolver) as unknown;
    } catch (error) {
      throw new UnusableError(`its ${own.name} does not fit ours: ${reasonOf(error)}`, { cause: error });
    }
  };
};
