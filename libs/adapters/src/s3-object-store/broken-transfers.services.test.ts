/** What only a network does to large objects on their way, between the store and a real server. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { StoreFault, StoreUnavailable } from '@rushes/ports';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { type BehindProxy, behindProxy, all, bytes, caught, isComplete, isGet, isPart, large, text } from './for-tests/behind-proxy.ts';
import { type Fault, firstOf, s3Error } from './for-tests/faulty-proxy.ts';

let at: BehindProxy;
beforeEach(async () => {
  at = await behindProxy();
});
afterEach(() => at.close());

const LOST: Fault = { kind: 'lose' };

test('the lost answer to the end of a file in parts: it is there once, and not sent again', async () => {
  const store = await at.open();
  at.proxy.faultOf = firstOf(1, isComplete, LOST);
  await store.putFile('large', await at.writeLarge());
  expect(at.proxy.seen.filter(isPart)).toHaveLength(4);
  expect(await at.own.unfinished()).toBe(0);
  expect(large.equals((await (await at.direct()).get('large')) ?? bytes(''))).toBe(true);
});

test('parts that the server knows no more were put together by the attempt whose answer was lost, or are gone', async () => {
  const store = await at.open();
  const path = await at.writeLarge();
  const unknown = s3Error(404, 'NoSuchUpload');
  const faults: Fault[] = [LOST, unknown];
  at.proxy.faultOf = (request) => (isComplete(request) ? faults.shift() : undefined);
  await store.putFile('large', path);
  expect(large.equals((await (await at.direct()).get('large')) ?? bytes(''))).toBe(true);
  faults.push(unknown);
  // What is there now was put by another attempt.
  expect(await caught(store.putFile('large', path))).toBeInstanceOf(StoreUnavailable);
  faults.push(unknown);
  expect(await caught(store.putFile('other', path))).toBeInstanceOf(StoreUnavailable);
  expect([await at.own.keys(), await at.own.unfinished()]).toEqual([['large'], 0]);
});

test('lost answers to parts are sent again', async () => {
  const store = await at.open();
  at.proxy.faultOf = firstOf(3, isPart, LOST);
  await store.putFile('large', await at.writeLarge());
  expect(at.proxy.seen.filter(isPart)).toHaveLength(7);
  expect(large.equals((await (await at.direct()).get('large')) ?? bytes(''))).toBe(true);
});

test('downloads that are cut go on where they were cut, as the same version', async () => {
  await at.own.put('large', large);
  const store = await at.open();
  const cuts = [1_000_000, 1, 0, 4_000_000];
  const cutting = (): Fault | undefined => {
    const after = cuts.pop();
    return after === undefined ? undefined : { kind: 'cut', at: after };
  };
  at.proxy.faultOf = (request) => (isGet(request) ? cutting() : undefined);
  await store.getFile('large', join(at.folder, 'to'));
  expect(large.equals(await readFile(join(at.folder, 'to')))).toBe(true);
  expect(at.proxy.seen.filter(isGet).flatMap(({ headers }) => headers.range ?? [])).toHaveLength(4);
  expect(await readdir(at.folder)).toEqual(['to']);
  cuts.push(5, 5);
  expect(large.equals((await store.get('large')) ?? bytes(''))).toBe(true);
});

test('a reading that is cut goes on where it was cut, as the same version or not at all', async () => {
  const store = await at.open();
  const read = async (): Promise<Uint8Array> => {
    const parts: Uint8Array[] = [];
    for await (const part of store.read('large')) parts.push(part);
    return Buffer.concat(parts);
  };
  // With a checksum that is compared here, and with one that only the SDK computes.
  const puts = [
    () => at.own.put('large', large),
    () => at.own.put('large', large, 'CRC64NVME'),
    async () => store.putFile('large', await at.writeLarge()),
  ];
  for (const put of puts) {
    await put();
    at.proxy.faultOf = firstOf(3, isGet, { kind: 'cut', at: 100_000 });
    expect(large.equals(await read())).toBe(true);
  }
  const meanwhile = (): Promise<unknown> => at.own.put('large', large.subarray(1));
  at.proxy.faultOf = firstOf(1, isGet, { kind: 'cut', at: 100_000, meanwhile });
  expect(await caught(read())).toBeInstanceOf(StoreUnavailable);
});

test('an object that is replaced while its answer is cut comes whole, as the new one', async () => {
  const store = await at.open();
  await at.own.put('k', Buffer.alloc(100_000, 'old'));
  const meanwhile = (): Promise<unknown> => at.own.put('k', Buffer.alloc(50_000, 'new'));
  at.proxy.faultOf = firstOf(1, isGet, { kind: 'cut', at: 60_000, meanwhile });
  expect(Buffer.alloc(50_000, 'new').equals((await store.get('k')) ?? bytes(''))).toBe(true);
});

test('a changed byte is never handed out: read again it is right, and if it stays the object is a fault', async () => {
  const store = await at.open();
  await store.putFile('large', await at.writeLarge());
  await store.put('small', bytes('small'));
  const hash = await (await at.direct()).sha256('small');
  const to = join(at.folder, 'to');
  const reads = {
    get: async () => text(await store.get('small')),
    hash: () => store.sha256('small', { again: true }),
    copy: () => store.getFile('large', to),
  };
  const read = async (how: keyof typeof reads, times: number): Promise<unknown> => {
    at.proxy.faultOf = firstOf(times, isGet, { kind: 'corrupt', at: 3 });
    return caught(reads[how]());
  };
  expect([await read('get', 1), await read('hash', 1), await read('copy', 1)]).toEqual([
    { value: 'small' },
    { value: hash },
    { value: undefined },
  ]);
  expect(large.equals(await readFile(to))).toBe(true);
  await writeFile(to, 'as before');
  for (const how of ['get', 'hash', 'copy'] as const) {
    const error = await read(how, Infinity);
    expect(error).toBeInstanceOf(StoreFault);
    expect(error).toMatchObject({ message: expect.stringMatching(/do not fit their checksum/) });
  }
  expect(await readFile(to, 'utf8')).toBe('as before');
  expect((await readdir(at.folder)).toSorted()).toEqual(['from', 'to']);
});

test('a byte that is changed in what follows a cut is noticed as well', async () => {
  const store = await at.open();
  await store.putFile('large', await at.writeLarge());
  const faults: Fault[] = [
    { kind: 'cut', at: 1_000_000 },
    { kind: 'corrupt', at: 5 },
  ];
  at.proxy.faultOf = (request) => (isGet(request) ? faults.shift() : undefined);
  await store.getFile('large', join(at.folder, 'to'));
  expect(large.equals(await readFile(join(at.folder, 'to')))).toBe(true);
  expect(
    at.proxy.seen
      .filter(isGet)
      .slice(-3)
      .map(({ headers }) => headers.range !== undefined),
  ).toEqual([false, true, false]);
});

test('a download of which nothing more comes ends, however often it is begun', async () => {
  const store = await at.open({ deadlineMs: 300 });
  await at.own.put('large', large);
  at.proxy.faultOf = (request) => (isGet(request) ? { kind: 'cut', at: request.headers.range === undefined ? 1_000 : 0 } : undefined);
  expect(await caught(store.getFile('large', join(at.folder, 'to')))).toBeInstanceOf(StoreUnavailable);
  expect(await readdir(at.folder)).toEqual([]);
});

test('what was begun in parts and fails for good ends at once, and leaves nothing behind', async () => {
  const store = await at.open();
  const path = await at.writeLarge();
  at.proxy.faultOf = firstOf(1, ({ path: asked }) => asked.includes('partNumber=2'), s3Error(403, 'AccessDenied'));
  expect(await caught(store.putFile('large', path))).toBeInstanceOf(StoreFault);
  expect(at.proxy.seen.some(({ path: asked }) => asked.includes('partNumber=4'))).toBe(false);
  at.proxy.faultOf = firstOf(Infinity, isComplete, s3Error(403, 'AccessDenied'));
  expect(await caught(store.putFile('large', path))).toBeInstanceOf(StoreFault);
  expect([await at.own.keys(), await at.own.unfinished()]).toEqual([[], 0]);
});

test('bytes that are changed on their way to the server are refused there, and sent again', async () => {
  const store = await at.open();
  const change: Fault = { kind: 'corruptRequest', at: 1_000 };
  at.proxy.faultOf = firstOf(2, isPart, change);
  await store.putFile('large', await at.writeLarge());
  expect(at.proxy.seen.filter(isPart)).toHaveLength(6);
  expect(large.equals((await (await at.direct()).get('large')) ?? bytes(''))).toBe(true);
  at.proxy.faultOf = firstOf(2, all, change);
  await store.put('small', large.subarray(0, 2_000));
  at.proxy.faultOf = firstOf(2, all, change);
  expect(await store.putIfAbsent('claim', large.subarray(0, 2_000))).toBe(true);
  for (const key of ['small', 'claim'])
    expect(large.subarray(0, 2_000).equals((await (await at.direct()).get(key)) ?? bytes(''))).toBe(true);
});
