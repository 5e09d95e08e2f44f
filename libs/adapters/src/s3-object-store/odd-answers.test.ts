/** Answers that a right server does not give, from one that is made up. */
import { StoreFault } from '@rushes/ports';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { type Fault, type FaultyProxy, startFaultyProxy } from './for-tests/faulty-proxy.ts';
import { useTestCredentials } from './for-tests/test-bucket.ts';
import { openS3ObjectStore } from './index.ts';

let server: FaultyProxy;
beforeEach(async () => {
  useTestCredentials();
  // Nothing goes through to any server.
  server = await startFaultyProxy('http://127.0.0.1:1');
});
afterEach(() => server.close());

const xml = (body: string): Fault => ({
  kind: 'answer',
  status: 200,
  headers: { server: 'made up' },
  body: `<?xml version="1.0"?>${body}`,
});
const page = (keys: readonly string[], next = ''): Fault =>
  xml(
    `<ListBucketResult><IsTruncated>${next !== ''}</IsTruncated><NextContinuationToken>${next}</NextContinuationToken>${keys
      .map((key) => `<Contents><Key>${key}</Key><Size>0</Size><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>`)
      .join('')}</ListBucketResult>`,
  );

const open = () =>
  openS3ObjectStore({
    bucket: 'lake',
    prefix: 'p',
    endpoint: server.endpoint,
    probe: false,
    limits: { firstPauseMs: 1, longestPauseMs: 2 },
  });

const listed = async (pages: readonly Fault[]): Promise<string[]> => {
  server.faultOf = () => page([]);
  const store = await open();
  const left = [...pages];
  server.faultOf = () => left.shift();
  const found: string[] = [];
  for await (const { key } of store.list('')) found.push(key);
  return found;
};

test('listings go on from page to page; what consoles make in the place of folders is no object', async () => {
  expect(await listed([page(['p/', 'p/a', 'p/b/'], 'more'), page(['p/b/c'])])).toEqual(['a', 'b/c']);
});

test.each([[[['p/b', 'p/a']]], [[['p/b'], ['p/a']]], [[['p/a', 'p/a']]]])('keys out of order are a fault: %j', async (pages) => {
  const answers = pages.map((keys, n) => page(keys, n < pages.length - 1 ? 'more' : ''));
  await expect(listed(answers)).rejects.toThrow(/not in the order of their bytes/);
});

const deleted = (errors: readonly (readonly [key: string, code: string])[]): Fault =>
  xml(`<DeleteResult>${errors.map(([key, code]) => `<Error><Key>${key}</Key><Code>${code}</Code></Error>`).join('')}</DeleteResult>`);

test('a key that could not be removed just now is tried again, and is a fault with its name if it may not be', async () => {
  server.faultOf = () => page([]);
  const store = await open();
  server.seen.length = 0;
  const answers = [deleted([['p/a', 'InternalError']]), deleted([['p/a', 'SlowDown']]), deleted([])];
  server.faultOf = () => answers.shift();
  await store.delete(['a', 'b']);
  expect(server.seen).toHaveLength(3);
  for (const code of ['AccessDenied', 'SomethingElse']) {
    server.faultOf = () => deleted([['p/a', code]]);
    const error: unknown = await store.delete(['a', 'b']).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreFault);
    expect(error).toMatchObject({ message: expect.stringMatching(/p\/a was not removed/), operation: 'delete' });
  }
});

test('a server that is none of S3 is a fault that names the endpoint', async () => {
  server.faultOf = () => ({ kind: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Welcome' });
  await expect(open()).rejects.toMatchObject({ name: 'StoreFault', hint: expect.stringMatching(/endpoint/) });
});

test('a server that ignores the condition is refused', async () => {
  server.faultOf = ({ method, path }) => (method === 'GET' && path.includes('list-type') ? page([]) : xml(''));
  const refused = openS3ObjectStore({ bucket: 'lake', endpoint: server.endpoint });
  await expect(refused).rejects.toThrow(/of 16 conditional puts of different bytes at once 16 won.*made up/);
});
