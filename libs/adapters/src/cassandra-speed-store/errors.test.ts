import { StoreFault, StoreUnavailable, WriteInDoubtError } from '@rushes/ports';
import { errors, types } from './driver-for-tests.ts';
import { describe, expect, test } from 'vitest';

import { cassandraFailure, type RequestKind } from './errors.ts';

const CODES = types.responseErrorCodes;
const AT = 'cassandra://a:9042/k';
const fail = (error: unknown, kind: RequestKind = 'write') => cassandraFailure(error, AT, kind);
const noHost = (inner: Readonly<Record<string, unknown>>) => new errors.NoHostAvailableError(inner);
const response = (code: number, message = 'the server’s word') => new errors.ResponseError(code, message);
const socketError = (requestNotWritten: boolean) =>
  Object.assign(new Error('Socket was closed'), { isSocketError: true, requestNotWritten });
const refusedConnection = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:9042'), { code: 'ECONNREFUSED' });
const timedOut = new errors.OperationTimedOutError('The host a did not reply before timeout 5000 ms');

describe('a write', () => {
  test.each<[string, unknown]>([
    ['no host is connected', noHost({})],
    ['no connection could be made', noHost({ 'a:9042': refusedConnection })],
    ['the request was not sent', socketError(true)],
    ['a connection is full', new errors.BusyConnectionError('a', 2048, 2)],
    ['a connection was lost while a statement was prepared', new Error('No connection available')],
    ['a pool is closing', new Error('Connection closed')],
    ['a name is not known', new Error('cassandra.example could not be resolved')],
    ['a server sheds load', response(CODES.overloaded)],
    ['a server is starting', response(CODES.isBootstrapping)],
  ])('did not happen: %s', (_, error) => {
    const failure = fail(error);
    expect(failure).toBeInstanceOf(StoreUnavailable);
    expect(failure).not.toBeInstanceOf(WriteInDoubtError);
    expect(failure).toMatchObject({ location: AT, cause: error, hint: expect.stringMatching(/\.$/) });
  });

  test.each<[string, unknown]>([
    ['the connection broke', socketError(false)],
    ['no answer in time', timedOut],
    ['no answer in time, then no host', noHost({ 'a:9042': timedOut, 'b:9042': refusedConnection })],
    ['the connection broke, wrapped', noHost({ 'a:9042': socketError(false) })],
    ['replicas were late', response(CODES.writeTimeout)],
    ['replicas failed', response(CODES.writeFailure)],
    ['too few replicas, after another host was asked perhaps', response(CODES.unavailableException)],
    ['the server failed', response(CODES.serverError)],
    ['a code of a later version', response(0x1700)],
  ])('is in doubt: %s', (_, error) => {
    for (const kind of ['write', 'conditional'] as const) {
      expect(fail(error, kind)).toBeInstanceOf(WriteInDoubtError);
      expect(fail(error, kind)).toMatchObject({ message: expect.stringContaining('whether it wrote is not known') });
    }
    const failure = fail(error, 'read');
    expect(failure).toBeInstanceOf(StoreUnavailable);
    expect(failure).not.toBeInstanceOf(WriteInDoubtError);
  });
});

test.each<[string, unknown, RegExp, RegExp]>([
  ['wrong password', noHost({ a: new errors.AuthenticationError('Bad credentials') }), /user and password/, /right credentials/],
  [
    'no password',
    noHost({ a: new errors.AuthenticationError('Host a requires authentication, but no authenticator found in the options') }),
    /asks for a user/,
    /credentials of a user/,
  ],
  ['wrong password, later', response(CODES.badCredentials), /user and password/, /right credentials/],
  [
    'no right to a table',
    response(CODES.unauthorized, 'User rushes has no MODIFY permission on <table k.owned> or any of its parents'),
    /<table k\.owned>/,
    /Grant/,
  ],
  [
    'wrong data center',
    noHost({ a: new errors.ArgumentError("localDataCenter was configured as 'x', but only found hosts in data centers: [dc1]") }),
    /found hosts in data centers: \[dc1\]/,
    /nodetool status/,
  ],
  ['no keyspace', response(CODES.invalid, "Keyspace 'k' does not exist"), /lacks its keyspace/, /makes what is missing/],
  ['no table', response(CODES.invalid, 'table owned does not exist: unconfigured table'), /lacks its keyspace or a table/, /makes what/],
  [
    'too large',
    response(CODES.invalid, 'Request is too big: length 17000000 exceeds maximum allowed length 16777216.'),
    /takes nothing as large/,
    /max_mutation_size/,
  ],
  ['too large a mutation', response(CODES.invalid, 'Rejected an oversized mutation (8493572/8388608)'), /as large/, /max_mutation_size/],
  ['another protocol', noHost({ a: response(CODES.protocolError, 'Invalid or unsupported protocol version') }), /protocol/, /4\.1/],
  [
    'a certificate',
    noHost({ a: Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }) }),
    /TLS/,
    /authority/,
  ],
  [
    'no certificate of the client',
    noHost({
      a: Object.assign(new Error('405D:error:x'), { code: 'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', reason: 'alert bad certificate' }),
    }),
    /certificate of this client.*\(alert bad certificate\)/,
    /authority that the servers trust/,
  ],
  ['a port without TLS', noHost({ a: Object.assign(new Error('x'), { code: 'ERR_SSL_WRONG_VERSION_NUMBER' }) }), /agree on TLS/, /port/],
  ['another statement', response(CODES.syntaxError, 'line 1:0 no viable alternative'), /refuses a request/, /release_version/],
])('somebody has to act: %s', (_, error, message, hint) => {
  for (const kind of ['read', 'write', 'conditional'] as const) {
    const failure = fail(error, kind);
    expect(failure).toBeInstanceOf(StoreFault);
    expect(failure).toMatchObject({ location: AT, message: expect.stringMatching(message), hint: expect.stringMatching(hint) });
  }
});

test('what is no word of the driver stays what it is', () => {
  for (const error of [new RangeError('no'), new TypeError('a bug'), new StoreFault({ location: 'x', reason: 'y' }), 'text'])
    expect(fail(error)).toBe(error);
});
