import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';

import { TEST_S3_KEY, TEST_S3_SECRET } from './s3.ts';

/** Makes a bucket on a server of this tool: Rushes itself makes none. */
export const createBucket = async (endpoint: string, bucket: string): Promise<void> => {
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: TEST_S3_KEY, secretAccessKey: TEST_S3_SECRET },
  });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
};
