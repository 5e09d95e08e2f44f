import { StoreFault, StoreUnavailable, WriteInDoubtError } from '@rushes/ports';
import { expect, test } from 'vitest';

import { DeadlineError } from './deadline.ts';
import { MongoNetworkError, MongoServerError, MongoServerSelectionError, type TopologyDescription } from './driver-for-tests.ts';
import { duplicateValues, isDuplicate, mongodbFailure } from './failures.ts';

const said = (code: number, message = 'said the server'): MongoServerError => new MongoServerError({ message, code });
/** What is not found because of what each known server has said. */
const notSelected = (...errors: readonly Error[]): MongoServerSelectionError =>
  new MongoServerSelectionError('none was found', {
    servers: new Map(errors.map((error, n) => [`host${n}:27017`, { error }])),
  } as unknown as TopologyDescription); // as: all that is read of it

const certificate = Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });

test.each([
  ['a wrong password', said(18), StoreFault, StoreFault],
  ['a lacking right', said(13), StoreFault, StoreFault],
  ['a certificate', notSelected(new MongoNetworkError('broken', { cause: certificate })), StoreFault, StoreFault],
  ['a wrong password of a server that is not selected for it', notSelected(said(18)), StoreFault, StoreFault],
  ['a request that the server refuses', said(2), StoreFault, StoreFault],
  ['no server', notSelected(new MongoNetworkError('connect ECONNREFUSED')), StoreUnavailable, StoreUnavailable],
  ['no primary', said(10_107), StoreUnavailable, StoreUnavailable],
  ['no space', said(14_031), StoreUnavailable, StoreUnavailable],
  ['a broken connection', new MongoNetworkError('connection closed'), StoreUnavailable, WriteInDoubtError],
  ['a deadline', new DeadlineError(1_000), StoreUnavailable, WriteInDoubtError],
  ['a deadline of the server', said(50), StoreUnavailable, WriteInDoubtError],
  ['a server that stops', said(91), StoreUnavailable, WriteInDoubtError],
  ['a write without a majority', said(64), StoreUnavailable, WriteInDoubtError],
])('%s', (_, error, reading, writing) => {
  for (const [kind, type] of [
    ['read', reading],
    ['write', writing],
  ] as const) {
    const failure = mongodbFailure(error, 'mongodb://host:1/k', kind);
    expect(failure).toBeInstanceOf(type);
    expect((failure as Error).constructor).toBe(type); // as: it is one
    expect(failure).toMatchObject({ location: 'mongodb://host:1/k', hint: expect.stringMatching(/\.$/), cause: error });
  }
});

test('what is not the driver’s word stays as it is', () => {
  for (const error of [new RangeError('a'), new Error('b'), 'c', undefined])
    expect(mongodbFailure(error, 'somewhere', 'write')).toBe(error);
});

test('a value that is taken is told as the server names it', () => {
  const error = new MongoServerError({ message: 'E11000', code: 11_000, keyValue: { code: 'same' } });
  expect([isDuplicate(error), duplicateValues(error)]).toEqual([true, ['same']]);
  expect([isDuplicate(said(11_000)), duplicateValues(said(11_000))]).toEqual([true, []]);
  expect(isDuplicate(said(2))).toBe(false);
});
