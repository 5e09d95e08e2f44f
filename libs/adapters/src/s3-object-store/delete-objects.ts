/** Objects are removed by the list. A key that the server could not remove is an error with its name. */
import { DeleteObjectsCommand, type _Error } from '@aws-sdk/client-s3';
import type { CallOptions } from '@rushes/ports';

import type { S3Connection } from './connection.ts';

/** S3's limit of a request. */
const KEYS_AT_ONCE = 1_000;

/** What the server says of one key, as if it were the answer to a request of its own. */
const notRemoved = ({ Key = 'an object', Code = 'InternalError', Message = '' }: _Error): Error =>
  Object.assign(new Error(`${Key} was not removed: ${Message}`), { name: Code, $metadata: { httpStatusCode: 200 } });

export const deleteObjects = async (s3: S3Connection, keys: readonly string[], options: CallOptions): Promise<void> => {
  const all = [...new Set(keys.map((key) => s3.fullKey(key)))];
  options.signal?.throwIfAborted();
  for (let from = 0; from < all.length; from += KEYS_AT_ONCE) {
    let left = all.slice(from, from + KEYS_AT_ONCE);
    await s3.request(options, async (abortSignal) => {
      const input = { Bucket: s3.bucket, Delete: { Objects: left.map((Key) => ({ Key })), Quiet: true } };
      const { Errors = [] } = await s3.client.send(new DeleteObjectsCommand(input), { abortSignal });
      const failed = Errors.filter(({ Code }) => Code !== 'NoSuchKey');
      if (failed[0] === undefined) return;
      if (failed.every(({ Key }) => Key !== undefined)) left = failed.flatMap(({ Key }) => Key ?? []);
      throw notRemoved(failed[0]);
    });
  }
};
