import { StoreFault, StoreUnavailable } from '@rushes/ports';
import { expect, test } from 'vitest';

import { asStoreError, refusal, troubleOf } from './failures.ts';

const answered = (status: number, name = 'Unknown', more: object = {}): Error =>
  Object.assign(new Error('as the server says'), { name, $metadata: { httpStatusCode: status, ...more } });
const system = (code: string): Error => Object.assign(new Error(code), { code });

test.each([
  answered(500, 'InternalError'),
  answered(500),
  answered(502),
  answered(503, 'SlowDown'),
  answered(504),
  answered(429),
  answered(408),
  answered(400, 'RequestTimeout'),
  answered(400, 'BadDigest'),
  answered(400, 'XAmzContentSHA256Mismatch'),
  answered(409, 'ConditionalRequestConflict'),
  answered(409, 'OperationAborted'),
  answered(403, 'RequestTimeTooSkewed', { clockSkewCorrected: true }),
  system('ECONNREFUSED'),
  system('ECONNRESET'),
  system('ENOTFOUND'),
  system('ETIMEDOUT'),
  Object.assign(new Error('silence'), { name: 'TimeoutError' }),
  new Error('Checksum mismatch: expected "a" but received "b" in response header "x-amz-checksum-crc32".'),
])('%s may pass', (error) => {
  expect(troubleOf(error)).toMatchObject({ kind: 'retry', hint: expect.stringMatching(/\.$/) });
});

test.each([
  [answered(404, 'NoSuchBucket'), /Create the bucket/],
  [answered(403, 'AccessDenied'), /s3:PutObject/],
  [answered(403), /s3:PutObject/],
  [answered(403, 'InvalidAccessKeyId'), /AWS_ACCESS_KEY_ID/],
  [answered(403, 'SignatureDoesNotMatch'), /AWS_SECRET_ACCESS_KEY/],
  [answered(400, 'ExpiredToken'), /Renew/],
  [answered(400, 'InvalidToken'), /AWS_SESSION_TOKEN/],
  [answered(301, 'PermanentRedirect'), /region/],
  [answered(301), /region/],
  [answered(400, 'AuthorizationHeaderMalformed'), /region/],
  [answered(403, 'RequestTimeTooSkewed'), /clock/],
  [answered(501, 'NotImplemented'), /If-None-Match/],
  [Object.assign(new Error('Could not load credentials from any providers'), { name: 'CredentialsProviderError' }), /AWS_ACCESS_KEY_ID/],
  [new Error('Region is missing'), /region/],
  [system('CERT_HAS_EXPIRED'), /certificate/],
  [system('DEPTH_ZERO_SELF_SIGNED_CERT'), /NODE_EXTRA_CA_CERTS/],
  [system('HPE_INVALID_CONSTANT'), /endpoint/],
  [answered(200, 'SyntaxError'), /endpoint/],
])('%s needs somebody, who is told what to do', (error, hint) => {
  expect(troubleOf(error)).toMatchObject({ kind: 'fault', hint: expect.stringMatching(hint) });
});

test('what a caller of a request has to know itself, and errors of this program, are no trouble', () => {
  for (const error of [answered(404, 'NoSuchKey'), answered(412, 'PreconditionFailed'), new TypeError('a bug'), 'text', undefined])
    expect(troubleOf(error)).toBeUndefined();
  expect(refusal(answered(405, 'MethodNotAllowed'))).toMatchObject({ kind: 'fault', reason: expect.stringMatching(/405/) });
  expect(refusal(new TypeError('a bug'))).toBeUndefined();
});

test('an error of the port has the location and the cause, and nothing of the request that was signed', () => {
  const trouble = troubleOf(answered(403, 'SignatureDoesNotMatch'));
  if (!trouble) throw new Error('no trouble');
  const cause = Object.assign(answered(403, 'SignatureDoesNotMatch'), { CanonicalRequest: 'x-amz-security-token:s3cr3t' });
  const error = asStoreError(trouble, 's3://lake', cause, '; tried for 1 s');
  expect(error).toBeInstanceOf(StoreFault);
  expect(error.message).toBe('s3://lake refuses the signature; tried for 1 s (SignatureDoesNotMatch: as the server says)');
  expect(error.cause).toMatchObject({ name: 'SignatureDoesNotMatch', message: 'as the server says', status: 403 });
  expect(error.cause).not.toHaveProperty('CanonicalRequest');
  expect(asStoreError({ ...trouble, kind: 'retry' }, 's3://lake', cause)).toBeInstanceOf(StoreUnavailable);
});
