/**
 * Group commit without a timer: what arrives while a round is under way goes with the next one. Invariants: one round at a time, so calls keep their order; a
 * call that failed sends nothing any more.
 */
import type { LogPartition } from '@rushes/domain';
import type { Appended, NewRecord } from '@rushes/ports';

import type { Producer } from './produce.ts';
import type { PreparedRecord } from './records.ts';
import type { Topics } from './topics.ts';

/** Refuses what could not be read back as it was given, before anything of it is sent. @throws RangeError. */
export const checkRecords = (topics: Topics, records: readonly NewRecord[]): void => {
  for (const [at, record] of records.entries()) {
    topics.placeOf(record.partition);
    const where = placeInCall(records, at);
    for (const name of ['key', 'id'] as const) {
      if (record[name] === '') throw new RangeError(`${where} has an empty ${name}`);
    }
    for (const name of ['key', 'id', 'value'] as const) {
      if (!record[name].isWellFormed()) throw new RangeError(`${where}: its ${name} has half of a surrogate pair, which is no text`);
    }
  }
};

/** For messages. */
export const placeInCall = (records: readonly NewRecord[], at: number): string =>
  `record ${at + 1} of ${records.length} for ${records[at]?.partition}`;

/** What a batch takes beside its records. */
const BATCH_OVERHEAD = 100;

/** How large a record may be. */
const roomIn = (topics: Topics, partition: LogPartition): number => topics.maxBytesOf(partition) - BATCH_OVERHEAD;

/** @throws RangeError. */
export const checkSizes = (topics: Topics, prepared: readonly PreparedRecord[], nameOf: (at: number) => string): void => {
  for (const [at, { partition, bytes }] of prepared.entries())
    if (bytes > roomIn(topics, partition))
      throw new RangeError(`${nameOf(at)} is of ${bytes} bytes, more than the ${roomIn(topics, partition)} that its topic takes`);
};

export const checkBarrier = (number: number): void => {
  if (!Number.isSafeInteger(number) || number < 1) throw new RangeError(`a barrier's number is a positive integer, not ${number}`);
};

export interface AppendQueue {
  append(records: readonly PreparedRecord[]): Promise<readonly Appended[]>;
  /** Resolves when all that was appended before is done. */
  close(): Promise<void>;
}

/** A round is no larger than this; what is left goes with the next one. */
const ROUND_BYTES = 8 * 1_048_576;

interface Waiting {
  readonly records: readonly PreparedRecord[];
  readonly appended: Appended[];
  /** How many of them were taken into a round. */
  taken: number;
  readonly resolve: (appended: readonly Appended[]) => void;
  readonly reject: (error: unknown) => void;
}

export const appendQueue = (topics: Topics, producer: Producer): AppendQueue => {
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;

  /** The records of the next round with the calls they are of, as many as fit into a batch of their partition, in order. */
  const nextRound = (): readonly (readonly [Waiting, PreparedRecord])[] => {
    const round: (readonly [Waiting, PreparedRecord])[] = [];
    const bytes = new Map<LogPartition, number>();
    let total = 0;
    for (const call of waiting)
      while (call.taken < call.records.length) {
        const record = call.records[call.taken];
        if (record === undefined) break;
        const inPartition = (bytes.get(record.partition) ?? 0) + record.bytes;
        if (inPartition > roomIn(topics, record.partition) || (total + record.bytes > ROUND_BYTES && round.length > 0)) return round;
        bytes.set(record.partition, inPartition);
        total += record.bytes;
        call.taken += 1;
        round.push([call, record]);
      }
    return round;
  };

  const send = async (): Promise<void> => {
    const round = nextRound();
    const stored = await producer.send(round.map(([, record]) => record));
    const next = new Map(stored);
    const failed = new Map<Waiting, unknown>();
    for (const [call, { partition }] of round) {
      const offset = next.get(partition) ?? new Error(`the broker did not say what became of the records of ${partition}`);
      if (typeof offset === 'number') {
        call.appended.push({ partition, offset });
        next.set(partition, offset + 1);
      } else failed.set(call, failed.get(call) ?? offset);
    }
    waiting = waiting.filter((call) => {
      const isFailed = failed.has(call);
      if (isFailed) call.reject(failed.get(call));
      else if (call.taken === call.records.length) call.resolve(call.appended);
      return !isFailed && call.taken < call.records.length;
    });
  };

  const run = async (): Promise<void> => {
    while (waiting.length > 0) await send();
    running = undefined;
  };

  return {
    append: (records) =>
      new Promise((resolve, reject) => {
        waiting.push({ records, appended: [], taken: 0, resolve, reject });
        running ??= run();
      }),
    close: async () => running,
  };
};
