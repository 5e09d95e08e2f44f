import { StoreFault, StoreUnavailable, WriteInDoubtError } from '@rushes/ports';
import { describe, expect, test } from 'vitest';

import { pg } from './driver-for-tests.ts';
import { isBroken, postgresFailure, StatementDeadlineError } from './postgres-failure.ts';

const said = (code: string, message = 'what the server says'): pg.DatabaseError =>
  Object.assign(new pg.DatabaseError(message, message.length, 'error'), { code });
const system = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });
const read = (error: unknown): unknown => postgresFailure(error, 'postgres://db:5432/films', 'read');
const write = (error: unknown): unknown => postgresFailure(error, 'postgres://db:5432/films', 'write');

describe('what somebody has to do something about', () => {
  test.each([
    ['25006', /primary/],
    ['28000', /pg_hba\.conf/],
    ['28P01', /postgres\.password/],
    ['3D000', /Create it/],
    ['3F000', /lacks|Restore/],
    ['42P01', /Restore/],
    ['42501', /Grant/],
    ['54000', /2,600 bytes/],
    ['XX001', /Restore|restore/],
    ['42601', /report it/],
  ])('%s', (code, hint) => {
    for (const failure of [read(said(code)), write(said(code))]) {
      expect(failure).toBeInstanceOf(StoreFault);
      expect(failure).toMatchObject({
        hint: expect.stringMatching(hint),
        message: expect.stringMatching(/^postgres:\/\/db:5432\/films .*what the server says/),
      });
    }
  });

  test.each([
    [system('DEPTH_ZERO_SELF_SIGNED_CERT'), /certificate of the authority/],
    [system('ERR_TLS_CERT_ALTNAME_INVALID'), /a name that its certificate has/],
    [system('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), /Give a certificate/],
    [new Error('The server does not support SSL connections'), /postgres\.tls/],
    [new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string'), /postgres\.password/],
  ])('%s', (error, hint) => {
    expect(read(error)).toBeInstanceOf(StoreFault);
    expect(read(error)).toMatchObject({ hint: expect.stringMatching(hint) });
  });
});

describe('what may pass', () => {
  test.each([
    said('53100'),
    said('53300'),
    said('40001'),
    said('40P01'),
    said('55P03'),
    said('57014'),
    system('ECONNREFUSED'),
    system('ENOTFOUND'),
  ])('%s: it did not happen', (error) => {
    expect(read(error)).toBeInstanceOf(StoreUnavailable);
    expect(write(error)).toBeInstanceOf(StoreUnavailable);
    expect(write(error)).not.toBeInstanceOf(WriteInDoubtError);
  });

  test.each([
    said('57P01'),
    said('08006'),
    new Error('Connection terminated unexpectedly'),
    system('ECONNRESET'),
    new StatementDeadlineError(100),
  ])('%s: a write may have happened', (error) => {
    expect(read(error)).toBeInstanceOf(StoreUnavailable);
    expect(read(error)).not.toBeInstanceOf(WriteInDoubtError);
    expect(write(error)).toBeInstanceOf(WriteInDoubtError);
  });
});

test('what is neither the server’s nor the driver’s word stays as it is', () => {
  for (const error of [new Error('the source went away'), new RangeError('no'), 'a text', new StoreFault({ location: 'x', reason: 'y' })])
    expect(write(error)).toBe(error);
});

test('a connection is broken by its end, not by what the server says of a statement', () => {
  for (const error of [said('57P01'), system('EPIPE'), new Error('Connection terminated unexpectedly')]) expect(isBroken(error)).toBe(true);
  for (const error of [said('57014'), said('23505'), new Error('no')]) expect(isBroken(error)).toBe(false);
});
