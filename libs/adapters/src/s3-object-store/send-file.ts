/**
 * A local file becomes an object: in one request, or in parts of which a few are sent at once. Invariant: the object appears only when the server has put
 * together all parts and found the checksum of the whole; of a file that could not be sent nothing is left behind.
 */
import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

import {
  AbortMultipartUploadCommand,
  type AbortMultipartUploadCommandInput,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { CallOptions } from '@rushes/ports';

import type { S3Connection } from './connection.ts';
import { asStoreError, hasName, statusOf, type Trouble } from './failures.ts';
import { onFile } from './local-files.ts';
import { pauseMs, withDeadline } from './retries.ts';

/** S3's limit. */
const MOST_PARTS = 10_000;
/** An object's metadata by which a sender whose answer was lost knows his own. */
const SENT_BY = 'rushes-sent-by';

interface PartReader {
  /** The next part of the file, in order; `undefined` after the last one. */
  readonly next: () => Promise<{ readonly number: number; readonly body: Buffer } | undefined>;
  /** CRC32 of all that was read, as S3 writes it. */
  readonly checksum: () => string;
}

const base64Crc32 = (value: number): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
};

/** Parts are read one after the other, however many callers wait. */
const readParts = (
  path: string,
  bytes: number,
  partBytes: number,
  read: (body: Buffer, position: number) => Promise<number>,
): PartReader => {
  let [position, number, crc] = [0, 0, 0];
  let turn: Promise<unknown> = Promise.resolve();
  const readNext: PartReader['next'] = async () => {
    if (position >= bytes) return undefined;
    const body = Buffer.allocUnsafe(Math.min(partBytes, bytes - position));
    for (let done = 0; done < body.length;) {
      const count = await read(body.subarray(done), position + done);
      if (count === 0) throw new Error(`${path} became shorter while it was sent`);
      done += count;
    }
    position += body.length;
    number += 1;
    crc = crc32(body, crc);
    return { number, body };
  };
  return {
    next: () => {
      const part = turn.then(readNext);
      turn = part.catch(() => undefined);
      return part;
    },
    checksum: () => base64Crc32(crc),
  };
};

const PARTS_LOST: Trouble = {
  kind: 'retry',
  reason: 'lost the parts of a file before they were put together',
  hint: 'Try again; see whether something removes unfinished uploads too early.',
};

/** Times that a server is told to forget parts. */
const ABANDONS = 5;

/**
 * Has the server forget the parts; without the caller's signal, which may be what ended the sending. A part that was on its way may arrive after that: so
 * until the server knows of none. What cannot be removed is left to the bucket's rule for unfinished uploads.
 */
const abandon = async (s3: S3Connection, upload: AbortMultipartUploadCommandInput): Promise<void> => {
  try {
    await withDeadline(s3, {}, async (signal) => {
      for (let tried = 1; tried <= ABANDONS; tried++) {
        await s3.request({ signal }, (abortSignal) => s3.client.send(new AbortMultipartUploadCommand(upload), { abortSignal }));
        await s3.clock.pause(pauseMs(tried, s3.limits, s3.clock.random()), signal);
      }
    });
  } catch {
    // Among others: there is no such upload any more. Why the file was not stored is what the caller wants to know.
  }
};

const sendParts = async (
  s3: S3Connection,
  target: { readonly Bucket: string; readonly Key: string },
  parts: PartReader,
  options: CallOptions,
) => {
  const sentBy = randomUUID();
  const { UploadId } = await s3.request(options, (abortSignal) =>
    s3.client.send(
      new CreateMultipartUploadCommand({
        ...target,
        ChecksumAlgorithm: 'CRC32',
        ChecksumType: 'FULL_OBJECT',
        Metadata: { [SENT_BY]: sentBy },
      }),
      { abortSignal },
    ),
  );
  const upload = { ...target, UploadId };
  const sent: CompletedPart[] = [];
  const state = { hasFailed: false };
  const sendUntilEnd = async (): Promise<void> => {
    try {
      for (let part = await parts.next(); part !== undefined && !state.hasFailed; part = await parts.next()) {
        const { number: PartNumber, body: Body } = part;
        const { ETag, ChecksumCRC32 } = await s3.request({ ...options, deadlineMs: s3.limits.partMs }, (abortSignal) =>
          s3.client.send(new UploadPartCommand({ ...upload, PartNumber, Body, ChecksumAlgorithm: 'CRC32' }), { abortSignal }),
        );
        sent.push({ PartNumber, ETag, ChecksumCRC32 });
      }
    } catch (error) {
      // The others end what they are sending: a part that was cut off may reach the server after the upload was abandoned, and stay.
      state.hasFailed = true;
      throw error;
    }
  };
  const wasStored = async (): Promise<boolean> => {
    const { Metadata } = await s3.request(options, (abortSignal) => s3.client.send(new HeadObjectCommand(target), { abortSignal }));
    return Metadata?.[SENT_BY] === sentBy;
  };
  const complete = async (): Promise<void> => {
    const Parts = sent.toSorted((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0));
    const input = { ...upload, MultipartUpload: { Parts }, ChecksumCRC32: parts.checksum(), ChecksumType: 'FULL_OBJECT' as const };
    try {
      await s3.request({ ...options, deadlineMs: s3.limits.completeMs }, (abortSignal) =>
        s3.client.send(new CompleteMultipartUploadCommand(input), { abortSignal }),
      );
    } catch (error) {
      if (!hasName(error, 'NoSuchUpload')) throw error;
      // Either an attempt whose answer was lost has done it, or somebody has removed the upload.
      const isStored = await wasStored().catch((cause: unknown) => {
        if (statusOf(cause) === 404) return false;
        throw cause;
      });
      if (!isStored) throw asStoreError(PARTS_LOST, s3.location, error, `: ${target.Key}`);
    }
  };
  try {
    const senders = await Promise.allSettled(Array.from({ length: s3.limits.partsAtOnce }, sendUntilEnd));
    for (const sender of senders) if (sender.status === 'rejected') throw sender.reason;
    await complete();
  } catch (error) {
    await abandon(s3, upload);
    throw error;
  }
};

/** Stores the file `path` under `key`. @throws StoreUnavailable and StoreFault, of the store or of the file. */
export const sendFile = async (s3: S3Connection, key: string, path: string, options: CallOptions): Promise<void> => {
  options.signal?.throwIfAborted();
  const target = { Bucket: s3.bucket, Key: s3.fullKey(key) };
  const file = await onFile(path, () => open(path, 'r'));
  try {
    const bytes = (await onFile(path, () => file.stat())).size;
    const partBytes = Math.max(s3.limits.partBytes, Math.ceil(bytes / MOST_PARTS));
    const parts = readParts(path, bytes, partBytes, (body, position) =>
      onFile(path, async () => (await file.read(body, 0, body.length, position)).bytesRead),
    );
    if (bytes > partBytes) return await sendParts(s3, target, parts, options);
    const body = (await parts.next())?.body ?? Buffer.alloc(0);
    await s3.request({ ...options, deadlineMs: s3.limits.partMs }, (abortSignal) =>
      s3.client.send(new PutObjectCommand({ ...target, Body: body, ChecksumCRC32: parts.checksum() }), { abortSignal }),
    );
  } finally {
    await file.close();
  }
};
