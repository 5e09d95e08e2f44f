/**
 * What the object store's adapter costs over its client: the same objects put, read and listed by the adapter, and by loops that do nothing else with the
 * client. Run by hand after `npm run services -- up s3`, or against another server: `TEST_S3=URL tools/bin/node bench/services/s3.ts`, with credentials as the SDK finds them.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';

import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { openS3ObjectStore, probeS3 } from '@rushes/adapters/s3-object-store';

import { TEST_S3_KEY, TEST_S3_SECRET } from '../../tools/services/s3.ts';
import { figure, percent, show, whole } from '../report/figure.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, megabytes: { type: 'string', default: '128' } } });
const ROUNDS = Number(values.rounds);
const FILE_BYTES = Number(values.megabytes) * 1_000_000;
const SMALL_BYTES = 2_000;
const SMALL = 400;
const LISTED = 3_000;
const AT_ONCE = 8;
const PART_BYTES = 8 << 20;
const PARTS_AT_ONCE = 4;

const endpoint = process.env['TEST_S3'] ?? 'http://127.0.0.1:28333';
// The servers of `npm run services` know these.
process.env['AWS_ACCESS_KEY_ID'] ??= TEST_S3_KEY;
process.env['AWS_SECRET_ACCESS_KEY'] ??= TEST_S3_SECRET;
const bucket = `rushes-bench-${randomUUID()}`;
const client = new S3Client({ endpoint, region: process.env['AWS_REGION'] ?? 'us-east-1', forcePathStyle: true });
await client.send(new CreateBucketCommand({ Bucket: bucket }));
const store = await openS3ObjectStore({ bucket, endpoint, limits: { partBytes: PART_BYTES, partsAtOnce: PARTS_AT_ONCE } });
const folder = await mkdtemp(join(tmpdir(), 'rushes-bench-s3-'));
const path = join(folder, 'file');
const copy = join(folder, 'copy');
const body = randomBytes(SMALL_BYTES);
const keys = Array.from({ length: LISTED }, (_, n) => `small/${String(n).padStart(6, '0')}`);

/** Calls for the first `count` keys, a few at once. */
const each = async (count: number, call: (key: string) => Promise<unknown>): Promise<void> => {
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let key = keys[next++]; key !== undefined && next <= count; key = keys[next++]) await call(key);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
};

const readBare = async (key: string): Promise<Readable> => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return Body as Readable; // as: in Node it is one
};

const listBare = async (): Promise<void> => {
  for (let token: string | undefined, more = true; more;) {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: 'small/', ...(token === undefined ? {} : { ContinuationToken: token }) }),
    );
    token = page.NextContinuationToken;
    more = page.IsTruncated === true;
  }
};

interface Comparison {
  readonly what: string;
  readonly unit: string;
  readonly amount: number;
  readonly adapter: () => Promise<unknown>;
  readonly bare: () => Promise<unknown>;
}

const comparisons: readonly Comparison[] = [
  {
    what: `put, ${SMALL_BYTES} bytes, ${AT_ONCE} at once`,
    unit: 'objects/s',
    amount: SMALL,
    adapter: () => each(SMALL, (key) => store.put(key, body)),
    bare: () => each(SMALL, (key) => client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }))),
  },
  {
    what: `get, ${SMALL_BYTES} bytes, ${AT_ONCE} at once`,
    unit: 'objects/s',
    amount: SMALL,
    adapter: () => each(SMALL, (key) => store.get(key)),
    bare: () =>
      each(SMALL, async (key) => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        await Body?.transformToByteArray();
      }),
  },
  {
    what: `list, ${LISTED} objects`,
    unit: 'objects/s',
    amount: LISTED,
    adapter: async () => {
      for await (const _ of store.list('small/'));
    },
    bare: listBare,
  },
  {
    what: `putFile, ${FILE_BYTES / 1e6} MB (bare: lib-storage's Upload)`,
    unit: 'MB/s',
    amount: FILE_BYTES / 1e6,
    adapter: () => store.putFile('file', path),
    bare: () =>
      new Upload({
        client,
        params: { Bucket: bucket, Key: 'file', Body: createReadStream(path) },
        partSize: PART_BYTES,
        queueSize: PARTS_AT_ONCE,
      }).done(),
  },
  {
    what: `getFile, ${FILE_BYTES / 1e6} MB (bare: no fsync)`,
    unit: 'MB/s',
    amount: FILE_BYTES / 1e6,
    adapter: () => store.getFile('file', copy),
    bare: async () => pipeline(await readBare('file'), createWriteStream(copy)),
  },
  {
    what: `read, ${FILE_BYTES / 1e6} MB`,
    unit: 'MB/s',
    amount: FILE_BYTES / 1e6,
    adapter: async () => {
      for await (const _ of store.read('file'));
    },
    bare: async () => {
      for await (const _ of await readBare('file'));
    },
  },
];

const rateOf = async ({ amount }: Comparison, work: () => Promise<unknown>): Promise<number> => {
  const beganMs = performance.now();
  await work();
  return (amount / (performance.now() - beganMs)) * 1_000;
};

const shown = (rates: readonly number[]): string => show(figure(rates), whole);

try {
  await writeFile(path, randomBytes(FILE_BYTES));
  await each(LISTED, (key) => store.put(key, body));
  console.log(`| What | Unit | Adapter | Bare client | Adapter to bare |\n| --- | --- | --- | --- | --- |`);
  for (const comparison of comparisons) {
    const rates: { readonly adapter: number; readonly bare: number }[] = [];
    // The first round warms up. The order changes, so that neither is always the one that follows the other.
    for (let round = 0; round <= ROUNDS; round++) {
      const order = round % 2 === 0 ? (['adapter', 'bare'] as const) : (['bare', 'adapter'] as const);
      const took = { adapter: 0, bare: 0 };
      for (const who of order) took[who] = await rateOf(comparison, comparison[who]);
      if (round > 0) rates.push(took);
    }
    const ratio = figure(rates.map(({ adapter, bare }) => adapter / bare)).median;
    const [adapter, bare] = [rates.map((one) => one.adapter), rates.map((one) => one.bare)];
    console.log(`| ${comparison.what} | ${comparison.unit} | ${shown(adapter)} | ${shown(bare)} | ${percent(ratio)} |`);
  }
  const probes: number[] = [];
  for (let round = 0; round < ROUNDS; round++) probes.push((await probeS3({ bucket, endpoint })).tookMs);
  console.log(`\nThe server is tried in ${shown(probes)} ms.`);
} finally {
  const all: string[] = [];
  for await (const { key } of store.list('')) all.push(key);
  await store.delete(all);
  await client.send(new DeleteBucketCommand({ Bucket: bucket }));
  client.destroy();
  await rm(folder, { recursive: true, force: true });
}
