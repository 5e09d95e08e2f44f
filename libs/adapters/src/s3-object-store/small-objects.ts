/** Single objects that are held in memory, and what is known of one. Each call with all that belongs to it ends within the deadline of the limits. */
import { HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import type { CallOptions } from '@rushes/ports';

import type { S3Connection } from './connection.ts';
import { statusOf } from './failures.ts';
import { readWhole } from './read-object.ts';
import { withDeadline } from './retries.ts';

export const getObject = (s3: S3Connection, key: string, options: CallOptions): Promise<Uint8Array | undefined> =>
  withDeadline(s3, options, (signal) =>
    readWhole(s3, key, { signal }, async ({ chunks }) => {
      const parts: Uint8Array[] = [];
      for await (const chunk of chunks) parts.push(chunk);
      return Buffer.concat(parts);
    }),
  );

export const putObject = async (s3: S3Connection, key: string, body: Uint8Array, options: CallOptions): Promise<void> => {
  const input = { Bucket: s3.bucket, Key: s3.fullKey(key), Body: body };
  await s3.request(options, (abortSignal) => s3.client.send(new PutObjectCommand(input), { abortSignal }));
};

/** Whether this caller's bytes are there, if they are there under the condition that nothing was. */
export const putObjectIfAbsent = (s3: S3Connection, key: string, body: Uint8Array, options: CallOptions): Promise<boolean> => {
  const input = { Bucket: s3.bucket, Key: s3.fullKey(key), Body: body, IfNoneMatch: '*' };
  return withDeadline(s3, options, async (signal) => {
    for (;;) {
      try {
        await s3.request({ signal }, (abortSignal) => s3.client.send(new PutObjectCommand(input), { abortSignal }));
        return true;
      } catch (error) {
        if (statusOf(error) !== 412) throw error;
      }
      const there = await getObject(s3, key, { signal });
      if (there !== undefined) return Buffer.from(body).equals(there);
      // Deleted in between: the key is free again.
    }
  });
};

export interface ObjectVersion {
  readonly etag: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

/** `undefined` if there is no such object. */
export const headObject = async (s3: S3Connection, key: string, options: CallOptions): Promise<ObjectVersion | undefined> => {
  const input = { Bucket: s3.bucket, Key: s3.fullKey(key) };
  try {
    const answer = await s3.request(options, (abortSignal) => s3.client.send(new HeadObjectCommand(input), { abortSignal }));
    return { etag: answer.ETag ?? '', bytes: answer.ContentLength ?? 0, modifiedAt: answer.LastModified ?? new Date(0) };
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    // The answer has no body that says what there is not: the object, or the bucket.
    await requireBucket(s3, options);
    return undefined;
  }
};

/** @throws StoreFault if there is no such bucket, or it may not be used. By a listing, whose answer says why not; that to a HEAD has no body. */
export const requireBucket = async (s3: S3Connection, options: CallOptions): Promise<void> => {
  const input = { Bucket: s3.bucket, Prefix: s3.under, MaxKeys: 1 };
  await s3.request(options, (abortSignal) => s3.client.send(new ListObjectsV2Command(input), { abortSignal }));
};
