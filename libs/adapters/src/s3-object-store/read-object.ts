/**
 * The bytes of an object, over as many answers as it takes. Invariant: they are of one version of the object, complete, and fit the checksum that the server
 * gives, or the reading throws; a consumer may rely on them only once it has reached the end.
 */
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';

import { GetObjectCommand, type GetObjectCommandInput, type GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { type CallOptions, StoreFault } from '@rushes/ports';

import type { S3Connection } from './connection.ts';
import { asStoreError, CHANGED, CUT, hasName, statusOf, type Trouble, troubleOf } from './failures.ts';
import { pauseMs } from './retries.ts';

export interface ReadOptions extends CallOptions {
  /** Goes on after a cut also where the whole cannot be compared with a checksum any more. Default: false, the reading is interrupted. */
  readonly continuesAlways?: boolean | undefined;
}

export interface OpenedObject {
  readonly etag: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
  /** To be read once, and to be read: until then a connection is held. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** The reading cannot go on: what was read has to be thrown away. */
class ReadInterrupted extends Error {
  override readonly name = 'ReadInterrupted';
  readonly trouble: Trouble;
  constructor(trouble: Trouble, cause?: unknown) {
    super(trouble.reason, { cause });
    this.trouble = trouble;
  }
}

const REPLACED: Trouble = { kind: 'retry', reason: 'had an object replaced while it was read', hint: 'Try again.' };

interface Answer {
  readonly told: GetObjectCommandOutput;
  readonly body: Readable;
}

/** One answer, whose body either is read or has been destroyed. */
const fetchAnswer = (s3: S3Connection, input: GetObjectCommandInput, { signal }: ReadOptions): Promise<Answer> =>
  s3.request({ signal }, async (abortSignal) => {
    const told = await s3.client.send(new GetObjectCommand(input), { abortSignal });
    if (!(told.Body instanceof Readable)) throw new Error('the SDK gave no stream');
    // It may break before it is read: without a listener that would end the process.
    const body = told.Body.on('error', () => {});
    // Nobody waits for it any more.
    if (abortSignal.aborted) body.destroy();
    return { told, body };
  });

const encodeCrc32 = (value: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
};

/** CRC32 of the whole; that of an object in parts may be one of the parts' checksums, told by a hyphen. */
const wholeCrc32 = ({ ChecksumCRC32: value }: GetObjectCommandOutput): string | undefined =>
  value?.includes('-') === true ? undefined : value;

const hasOtherChecksum = (answer: GetObjectCommandOutput): boolean =>
  [answer.ChecksumCRC32, answer.ChecksumCRC32C, answer.ChecksumCRC64NVME, answer.ChecksumSHA1, answer.ChecksumSHA256].some(
    (value) => value !== undefined && !value.includes('-'),
  );

async function* until(body: Readable, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const stop = (): void => {
    body.destroy(new Error('the reading was ended'));
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    signal?.throwIfAborted();
    yield* body as AsyncIterable<Uint8Array>; // as: bodies of HTTP are bytes
  } finally {
    signal?.removeEventListener('abort', stop);
    body.destroy();
  }
}

/** The bytes from `at` on of the same version. */
const restOf = async (s3: S3Connection, key: string, etag: string, at: number, options: ReadOptions): Promise<Readable> => {
  const input = { Bucket: s3.bucket, Key: s3.fullKey(key), Range: `bytes=${at}-`, IfMatch: etag };
  try {
    const { told, body } = await fetchAnswer(s3, input, options);
    if (told.ContentRange?.startsWith(`bytes ${at}-`) === true) return body;
    body.destroy();
    throw new ReadInterrupted(CUT);
  } catch (error) {
    if (statusOf(error) === 412 || hasName(error, 'NoSuchKey')) throw new ReadInterrupted(REPLACED, error);
    throw error;
  }
};

async function* chunksOf(
  s3: S3Connection,
  key: string,
  { told: first, body: firstBody }: Answer,
  options: ReadOptions,
): AsyncGenerator<Uint8Array> {
  const { signal, continuesAlways = false } = options;
  const bytes = first.ContentLength ?? 0;
  const whole = wholeCrc32(first);
  const etag = first.ETag;
  const resumes = etag !== undefined && (whole !== undefined || continuesAlways || !hasOtherChecksum(first));
  let body = firstBody;
  let [at, crc] = [0, 0];
  let stuck = { at: -1, sinceMs: 0, tries: 0 };
  for (;;) {
    try {
      for await (const chunk of until(body, signal)) {
        at += chunk.length;
        crc = crc32(chunk, crc);
        yield chunk;
      }
      if (at < bytes) throw new ReadInterrupted(CUT);
      if (at > bytes || (whole !== undefined && whole !== encodeCrc32(crc))) throw new ReadInterrupted(CHANGED);
      return;
    } catch (error) {
      signal?.throwIfAborted();
      const trouble = error instanceof ReadInterrupted ? error.trouble : (troubleOf(error) ?? CUT);
      if (at >= bytes || !resumes || trouble === CHANGED) throw new ReadInterrupted(trouble, error);
      const nowMs = s3.clock.nowMs();
      stuck = at === stuck.at ? { ...stuck, tries: stuck.tries + 1 } : { at, sinceMs: nowMs, tries: 1 };
      if (nowMs - stuck.sinceMs > s3.limits.deadlineMs) throw asStoreError(trouble, s3.location, error);
      if (stuck.tries > 1)
        await s3.clock.pause(pauseMs(stuck.tries - 1, s3.limits, s3.clock.random()), signal ?? new AbortController().signal);
      body = await restOf(s3, key, etag, at, options);
    }
  }
}

/** `undefined` if there is no such object. @throws StoreUnavailable, StoreFault; its chunks also ReadInterrupted. */
const openObject = async (s3: S3Connection, key: string, options: ReadOptions): Promise<OpenedObject | undefined> => {
  const input = { Bucket: s3.bucket, Key: s3.fullKey(key) };
  try {
    const first = await fetchAnswer(s3, input, options);
    return {
      etag: first.told.ETag ?? '',
      bytes: first.told.ContentLength ?? 0,
      modifiedAt: first.told.LastModified ?? new Date(0),
      chunks: chunksOf(s3, key, first, options),
    };
  } catch (error) {
    if (hasName(error, 'NoSuchKey')) return undefined;
    throw error;
  }
};

/**
 * The bytes as they come. What was handed out cannot be taken back, so a cut is gone on from wherever it was. Returns whether there is such an object.
 * @throws StoreUnavailable once they turn out not to be those of one version.
 */
export async function* readOnce(s3: S3Connection, key: string, options: CallOptions): AsyncGenerator<Uint8Array, boolean> {
  const object = await openObject(s3, key, { ...options, continuesAlways: true });
  if (object === undefined) return false;
  try {
    yield* object.chunks;
    return true;
  } catch (error) {
    throw error instanceof ReadInterrupted ? asStoreError(error.trouble, s3.location, error.cause, `: object ${key}`) : error;
  }
}

/** Times that an object is read from its beginning before it counts as damaged, or the connection as broken. */
const READINGS = 4;

/** The bytes of an object do not fit their checksum, however often they are read. */
export class ChecksumFault extends StoreFault {
  override readonly name = 'ChecksumFault';
  constructor(location: string, key: string, cause: unknown) {
    super({
      location,
      reason: `gives bytes of ${key} that do not fit their checksum, read ${READINGS} times`,
      hint: 'Restore the object from a backup; see whether a proxy changes answers.',
      cause,
    });
  }
}

/** Lets `consume` read an object to its end, from the beginning again if the reading was interrupted. `undefined` if there is no such object. */
export const readWhole = async <Result>(
  s3: S3Connection,
  key: string,
  options: ReadOptions,
  consume: (object: OpenedObject) => Promise<Result>,
): Promise<Result | undefined> => {
  for (let tried = 1; ; tried++) {
    const object = await openObject(s3, key, options);
    if (object === undefined) return undefined;
    try {
      return await consume(object);
    } catch (error) {
      if (!(error instanceof ReadInterrupted)) throw error;
      if (tried === READINGS) {
        if (error.trouble === CHANGED) throw new ChecksumFault(s3.location, key, error.cause);
        throw asStoreError(error.trouble, s3.location, error.cause, `: object ${key}, begun ${READINGS} times`);
      }
      await s3.clock.pause(pauseMs(tried, s3.limits, s3.clock.random()), options.signal ?? new AbortController().signal);
    }
  }
};
