/** Buckets of random names on the server for tests, and what their contents look like without the adapter. */
import { randomUUID } from 'node:crypto';

import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';

export const TEST_S3 = process.env['TEST_S3'] ?? 'http://127.0.0.1:28333';
/** A server that lets several racers win a conditional put. */
export const TEST_S3_RACY = process.env['TEST_S3_RACY'] ?? 'http://127.0.0.1:28334';

/** Only the SDK's own chain finds credentials. */
export const useTestCredentials = (): void => {
  process.env['AWS_ACCESS_KEY_ID'] = process.env['TEST_S3_KEY'] ?? 'rushes-test';
  process.env['AWS_SECRET_ACCESS_KEY'] = process.env['TEST_S3_SECRET'] ?? 'rushes-test-secret';
};

export interface BucketForTests {
  readonly bucket: string;
  readonly keys: () => Promise<string[]>;
  /** Begun in parts and not ended. */
  readonly unfinished: () => Promise<number>;
  readonly put: (key: string, body: Uint8Array, checksum?: 'CRC32' | 'CRC64NVME') => Promise<void>;
  readonly remove: () => Promise<void>;
}

export const makeBucket = async (endpoint = TEST_S3): Promise<BucketForTests> => {
  useTestCredentials();
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true });
  const bucket = `rushes-${randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const keys = async (): Promise<string[]> => {
    const found: string[] = [];
    for (let token: string | undefined, more = true; more;) {
      const page = await client.send(
        new ListObjectsV2Command({ Bucket: bucket, ...(token === undefined ? {} : { ContinuationToken: token }) }),
      );
      found.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
      token = page.NextContinuationToken;
      more = page.IsTruncated === true;
    }
    return found;
  };
  return {
    bucket,
    keys,
    unfinished: async () => (await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads?.length ?? 0,
    put: async (key, body, ChecksumAlgorithm = 'CRC32') => {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ChecksumAlgorithm }));
    },
    remove: async () => {
      const all = await keys();
      for (let from = 0; from < all.length; from += 1_000) {
        const Objects = all.slice(from, from + 1_000).map((Key) => ({ Key }));
        await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
      }
      await client.send(new DeleteBucketCommand({ Bucket: bucket }));
      client.destroy();
    },
  };
};
