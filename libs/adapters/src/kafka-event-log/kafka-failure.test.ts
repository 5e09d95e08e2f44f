import { StoreFault, StoreUnavailable } from '@rushes/ports';
import { expect, test } from 'vitest';

import { AuthenticationError, NetworkError, ResponseError, TimeoutError, UserError } from './for-tests/client-words.ts';
import { kafkaFailure } from './kafka-failure.ts';
import { protocolFailure } from './protocol-codes.ts';

const system = (code: string) => Object.assign(new Error(`the system's word ${code}`), { code });
const network = (cause: Error) => new NetworkError('Connection to a:1 failed.', { cause });
const answered = (code: number) =>
  new ResponseError(0, 11, { '/responses/0/partition_responses/0': [code, null] }, { responses: [{ name: 'p-movie.ratings' }] });

test.each([
  ['a refused connection', network(system('ECONNREFUSED')), StoreUnavailable, 'is out of reach'],
  ['a connection that was lost', new NetworkError('Connection closed'), StoreUnavailable, 'is out of reach'],
  [
    'several addresses, none of which answers',
    network(new AggregateError([system('ECONNREFUSED'), system('ECONNREFUSED')])),
    StoreUnavailable,
    'is out of reach',
  ],
  ['no answer in time', new TimeoutError('Request timed out'), StoreUnavailable, 'is out of reach'],
  ['an unknown host', network(system('ENOTFOUND')), StoreUnavailable, 'name is not known'],
  ['a certificate of an unknown authority', network(system('UNABLE_TO_VERIFY_LEAF_SIGNATURE')), StoreFault, 'not trusted'],
  ['a certificate of another host', network(system('ERR_TLS_CERT_ALTNAME_INVALID')), StoreFault, 'not trusted'],
  ['a port without TLS', network(system('ERR_SSL_WRONG_VERSION_NUMBER')), StoreFault, 'TLS'],
  ['no certificate of the client', network(system('ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE')), StoreFault, 'certificate of this client'],
  ['a connection without an answer', network(system('RUSHES_UNANSWERED')), StoreUnavailable, 'without an answer'],
  ['a port with TLS', new UserError('Broker requires TLS.'), StoreFault, 'TLS'],
  ['wrong credentials', network(new AuthenticationError('SASL authentication failed.')), StoreFault, 'refuses the credentials'],
  ['a mechanism that is not offered', network(new AuthenticationError('x', { cause: answered(33) })), StoreFault, 'way of authentication'],
  ['no right to a topic', answered(29), StoreFault, 'does not let this client in (p-movie.ratings:'],
  ['a version that is not supported', answered(35), StoreFault, 'does not know a request'],
  ['a leader that moved', answered(6), StoreUnavailable, 'cannot answer just now (p-movie.ratings:'],
  ['too few replicas', answered(19), StoreUnavailable, 'too few replicas'],
  ['a full disk', answered(56), StoreUnavailable, 'disk'],
  ['a configuration that is refused', answered(40), StoreFault, 'refuses a request'],
])('%s', (_, error, kind, words) => {
  const failure = kafkaFailure(error, 'kafka://a:1', 'append');
  expect(failure).toBeInstanceOf(kind);
  expect(failure).toMatchObject({
    location: 'kafka://a:1',
    operation: 'append',
    message: expect.stringContaining(words),
    hint: expect.stringMatching(/\.$/),
    cause: error,
  });
});

test('a code that the client does not know is a fault too', () => {
  expect(protocolFailure(30_000, 'kafka://a:1', 'p-movie.ratings')).toMatchObject({
    name: expect.stringMatching(/^Store/),
    message: expect.stringContaining('p-movie.ratings'),
  });
});

test('what is no word of the client stays what it is', () => {
  for (const error of [new RangeError('no such partition'), new Error('a bug'), 'text'])
    expect(kafkaFailure(error, 'kafka://a:1')).toBe(error);
  const known = new StoreFault({ location: 'x', reason: 'is x' });
  expect(kafkaFailure(known, 'kafka://a:1')).toBe(known);
});
