/**
 * Whether a server keeps what the store relies on, tried on objects of its own that are removed afterwards. A conditional put is tried by a race: servers that
 * look first and write then refuse the second of two puts in a row, and let both of two at once win.
 */
import { randomUUID } from 'node:crypto';

import { type CallOptions, StoreFault } from '@rushes/ports';

import type { S3Connection } from './connection.ts';
import { deleteObjects } from './delete-objects.ts';
import { listObjects } from './list-objects.ts';
import { ChecksumFault } from './read-object.ts';
import { getObject, putObjectIfAbsent, requireBucket } from './small-objects.ts';

const ROUNDS = 5;
/** More of them, and larger bodies, are caught more surely: of a server that looks first and writes then, more than nine rounds in ten. */
const RACERS = 16;
const BODY_BYTES = 16 << 10;

/** What was tried at a server that passed. */
export interface S3ProbeReport {
  readonly location: string;
  /** What the server calls itself, if it does. */
  readonly server: string | undefined;
  /** Races of conditional puts, each won by exactly one. */
  readonly rounds: number;
  readonly racers: number;
  /** Objects that were read and listed right after they were put, and were gone right after they were deleted. */
  readonly objects: number;
  readonly tookMs: number;
}

export const probe = async (s3: S3Connection, options: CallOptions): Promise<S3ProbeReport> => {
  const beganMs = s3.clock.nowMs();
  const refuse = (reason: string): StoreFault => {
    const server = s3.server();
    return new StoreFault({
      location: s3.location,
      reason: `${reason}${server === undefined ? '' : ` (its server is ${server})`}`,
      hint: 'Use a server whose conditional puts (If-None-Match: *) let exactly one of several win, and whose listings are current: AWS S3, or versitygw.',
    });
  };
  const folder = `probe/${randomUUID()}/`;
  const keys = Array.from({ length: ROUNDS }, (_, round) => `${folder}${round}`);
  const listed = async (): Promise<string> => {
    const found: string[] = [];
    for await (const { key, bytes } of listObjects(s3, folder, options)) found.push(`${key} ${bytes}`);
    return found.join('\n');
  };
  const run = async (key: string): Promise<number> => {
    const bodies = Array.from({ length: RACERS }, () => Buffer.alloc(BODY_BYTES, randomUUID()));
    const racing = bodies.map((body) => putObjectIfAbsent(s3, key, body, options));
    // All have ended before anything is removed.
    await Promise.allSettled(racing);
    const won = await Promise.all(racing);
    const winners = bodies.filter((_, racer) => won[racer]);
    const [winner] = winners;
    if (winner === undefined || winners.length > 1)
      throw refuse(`cannot be relied on: of ${RACERS} conditional puts of different bytes at once ${winners.length} won, instead of one`);
    const read = await getObject(s3, key, options);
    if (read === undefined || !winner.equals(read)) throw refuse('cannot be relied on: what was put last cannot be read right afterwards');
    return winner.length;
  };
  const refuseMixed = (error: unknown): never => {
    throw error instanceof ChecksumFault
      ? refuse('cannot be relied on: after puts at once it keeps the bytes of one with the checksum of another')
      : error;
  };
  // The clearest answer there is, if the bucket cannot be used at all.
  await requireBucket(s3, options);
  try {
    const expected: string[] = [];
    for (const key of keys) {
      expected.push(`${key} ${await run(key).catch(refuseMixed)}`);
      if ((await listed()) !== expected.join('\n')) throw refuse('cannot be relied on: what was put is not listed right afterwards');
    }
  } catch (error) {
    await deleteObjects(s3, keys, {}).catch(() => undefined);
    throw error;
  }
  await deleteObjects(s3, keys, options);
  if ((await listed()) !== '') throw refuse('cannot be relied on: what was deleted is listed right afterwards');
  return {
    location: s3.location,
    server: s3.server(),
    rounds: ROUNDS,
    racers: RACERS,
    objects: keys.length,
    tookMs: s3.clock.nowMs() - beganMs,
  };
};
