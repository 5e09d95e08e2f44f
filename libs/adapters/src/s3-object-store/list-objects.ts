/** Listings of any length, page by page. Invariant: keys ascend by their UTF-8 bytes, which is compared: not every server keeps to it. */
import { ListObjectsV2Command, type ListObjectsV2CommandInput } from '@aws-sdk/client-s3';
import { type CallOptions, type ObjectInfo, StoreFault } from '@rushes/ports';

import type { S3Connection } from './connection.ts';

/** @param pageObjects objects a request; at most 1,000, S3's own limit. */
export async function* listObjects(
  s3: S3Connection,
  prefix: string,
  options: CallOptions,
  pageObjects = 1_000,
): AsyncGenerator<ObjectInfo> {
  let before: Buffer | undefined;
  let next: Partial<ListObjectsV2CommandInput> | undefined = {};
  while (next !== undefined) {
    const input: ListObjectsV2CommandInput = { Bucket: s3.bucket, Prefix: s3.under + prefix, MaxKeys: pageObjects, ...next };
    const page = await s3.request(options, (abortSignal) => s3.client.send(new ListObjectsV2Command(input), { abortSignal }));
    for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
      const key = Key.slice(s3.under.length);
      // Consoles make empty objects like this in the place of folders; no key of the port ends so.
      if (key === '' || key.endsWith('/')) continue;
      const bytes = Buffer.from(key);
      if (before !== undefined && Buffer.compare(before, bytes) >= 0)
        throw new StoreFault({
          location: s3.location,
          reason: `lists ${key} after ${before.toString()}: not in the order of their bytes`,
          hint: 'Use a general-purpose bucket; directory buckets (S3 Express) list in no order.',
        });
      before = bytes;
      options.signal?.throwIfAborted();
      yield { key, bytes: Size, modifiedAt: LastModified ?? new Date(0) };
    }
    next =
      page.IsTruncated === true && page.NextContinuationToken !== undefined ? { ContinuationToken: page.NextContinuationToken } : undefined;
  }
}
