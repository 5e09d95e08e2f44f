/** What only a network does to requests, between the store and a real server. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { StoreUnavailable } from '@rushes/ports';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { type BehindProxy, behindProxy, all, bytes, caught, isGet, isPart, keysOf, large, text } from './for-tests/behind-proxy.ts';
import { type Fault, type SeenRequest, firstOf, s3Error } from './for-tests/faulty-proxy.ts';

let at: BehindProxy;
beforeEach(async () => {
  at = await behindProxy();
});
afterEach(() => at.close());

const LOST: Fault = { kind: 'lose' };

test('answers that are lost after the server has acted', async () => {
  const store = await at.open();
  at.proxy.faultOf = firstOf(2, all, LOST);
  await store.put('put', bytes('x'));
  at.proxy.faultOf = firstOf(2, all, LOST);
  expect(await store.putIfAbsent('claim', bytes('mine'))).toBe(true);
  expect(await store.putIfAbsent('claim', bytes('another'))).toBe(false);
  expect(await keysOf(await at.direct())).toEqual(['claim', 'put']);
  expect(text(await (await at.direct()).get('claim'))).toBe('mine');
  at.proxy.faultOf = firstOf(2, all, LOST);
  await store.delete(['put', 'claim', 'absent']);
  expect(await at.own.keys()).toEqual([]);
});

test.each([
  ['SlowDown', 503],
  ['InternalError', 500],
  ['ConditionalRequestConflict', 409],
  ['TooManyRequests', 429],
  ['RequestTimeout', 400],
])('%s passes: every operation ends as if nothing had been', async (code, status) => {
  const store = await at.open();
  const path = join(at.folder, 'file');
  await writeFile(path, 'file');
  const times = 3;
  const calls: (readonly [() => Promise<unknown>, unknown])[] = [
    [() => store.put('a', bytes('a')), undefined],
    [() => store.putIfAbsent('b', bytes('b')), true],
    [() => store.putIfAbsent('b', bytes('c')), false],
    [() => store.putFile('f', path), undefined],
    [async () => text(await store.get('a')), 'a'],
    [async () => text(await store.get('absent')), undefined],
    [() => store.getFile('a', join(at.folder, 'out')), undefined],
    [() => store.sha256('a'), 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'],
  ];
  // The answer to a HEAD has a status only.
  if (status >= 429) calls.push([async () => (await store.head('b'))?.bytes, 1]);
  calls.push([() => keysOf(store), ['a', 'b', 'f']], [() => store.delete(['a', 'b', 'f']), undefined]);
  for (const [call, expected] of calls) {
    const before = at.proxy.seen.length;
    at.proxy.faultOf = firstOf(times, all, s3Error(status, code));
    expect(await call()).toEqual(expected);
    expect(at.proxy.seen.length - before).toBeGreaterThan(times);
  }
  expect(await at.own.keys()).toEqual([]);
});

test('412 with nothing there (another one was deleted in between): the key is tried again', async () => {
  const store = await at.open();
  at.proxy.faultOf = firstOf(2, ({ method }) => method === 'PUT', s3Error(412, 'PreconditionFailed'));
  expect(await store.putIfAbsent('k', bytes('mine'))).toBe(true);
  expect(text(await store.get('k'))).toBe('mine');
});

test('silence, before an answer and in it, is a failed attempt', async () => {
  const store = await at.open({ stallMs: 1_500 });
  await at.own.put('large', large);
  for (const after of [undefined, 10, 1_000_000]) {
    at.proxy.faultOf = firstOf(1, isGet, after === undefined ? { kind: 'stall' } : { kind: 'stall', at: after });
    await store.getFile('large', join(at.folder, 'to'));
    expect(large.equals(await readFile(join(at.folder, 'to')))).toBe(true);
  }
  at.proxy.faultOf = firstOf(1, ({ method }) => method === 'PUT', { kind: 'stall' });
  expect(await store.putIfAbsent('k', bytes('mine'))).toBe(true);
});

test.each(['stalls', 'is gone', 'says 503'])(
  'a store that %s for good is unavailable when the deadline is over, whatever is asked',
  async (how) => {
    const store = await at.open({ deadlineMs: 500, stallMs: 200, partMs: 500 });
    await at.own.put('k', bytes('x'));
    const path = await at.writeLarge();
    const to = join(at.folder, 'to');
    if (how === 'is gone') await at.proxy.close();
    at.proxy.faultOf = () => (how === 'stalls' ? { kind: 'stall' } : s3Error(503, 'SlowDown'));
    const calls: readonly (() => Promise<unknown>)[] = [
      () => store.put('k', bytes('y')),
      () => store.putIfAbsent('new', bytes('y')),
      () => store.putFile('k', path),
      () => store.get('k'),
      () => store.getFile('k', to),
      () => store.sha256('k'),
      () => store.head('k'),
      () => keysOf(store),
      () => store.delete(['k']),
    ];
    for (const call of calls) {
      const error = await caught(call());
      expect(error).toBeInstanceOf(StoreUnavailable);
      expect(error).toMatchObject({
        location: `s3://${at.own.bucket} at ${at.proxy.endpoint}`,
        operation: expect.any(String),
        hint: expect.any(String),
      });
    }
    expect(await readdir(at.folder)).toEqual(['from']);
    expect([await at.own.keys(), await at.own.unfinished()]).toEqual([['k'], 0]);
  },
);

test('a signal ends what waits, with its reason, and nothing is left behind', async () => {
  const store = await at.open();
  await at.own.put('large', large);
  const path = await at.writeLarge();
  const stop = async (
    work: (signal: AbortSignal) => Promise<unknown>,
    fits: (request: SeenRequest) => boolean,
    fault: Fault,
  ): Promise<void> => {
    const ending = new AbortController();
    at.proxy.faultOf = (request) => {
      if (!fits(request)) return undefined;
      setTimeout(() => ending.abort(new Error('enough')), 20);
      return fault;
    };
    await expect(work(ending.signal)).rejects.toThrow('enough');
  };
  // A write that is ended may have happened or not: so keys of their own.
  for (const fault of [{ kind: 'stall' }, s3Error(503, 'SlowDown')] as const) {
    await stop((signal) => store.put('k', bytes('x'), { signal }), all, fault);
    await stop((signal) => store.putIfAbsent('k', bytes('x'), { signal }), all, fault);
    await stop((signal) => store.delete(['k'], { signal }), all, fault);
    await stop((signal) => store.putFile('parts', path, { signal }), isPart, fault);
    await stop((signal) => store.get('large', { signal }), isGet, fault);
    await stop((signal) => store.head('large', { signal }), all, fault);
  }
  await stop((signal) => store.getFile('large', join(at.folder, 'to'), { signal }), isGet, { kind: 'stall', at: 1_000 });
  await stop((signal) => store.sha256('large', { signal }), isGet, { kind: 'stall', at: 1_000 });
  expect(await at.own.keys()).not.toContain('parts');
  expect([await at.own.unfinished(), await readdir(at.folder)]).toEqual([0, ['from']]);
});

test('of racers whose answers are lost, refused and late exactly one wins', async () => {
  const stores = await Promise.all([at.open({ stallMs: 600 }), at.open({ stallMs: 600 })]);
  let asked = 0;
  const faults: readonly (Fault | undefined)[] = [
    LOST,
    undefined,
    s3Error(503, 'SlowDown'),
    LOST,
    undefined,
    s3Error(409, 'ConditionalRequestConflict'),
    { kind: 'stall' },
  ];
  at.proxy.faultOf = () => faults[asked++ % (faults.length * 2)];
  for (let round = 0; round < 12; round++) {
    const racers = Array.from({ length: 10 }, (_, racer) => stores[racer % 2]?.putIfAbsent(`race/${round}`, bytes(`racer ${racer}`)));
    const won = await Promise.all(racers);
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(text(await (await at.direct()).get(`race/${round}`))).toBe(`racer ${won.indexOf(true)}`);
  }
});
