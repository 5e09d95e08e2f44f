import { defaultConfig, UsageError } from '@rushes/runtime';
import { expect, test } from 'vitest';

import { tokenOptions } from './token-options.ts';

const GIVEN = { ...defaultConfig().jwt, issuer: 'https://login.example', audience: 'rushes', jwksUrl: 'https://login.example/keys' };

test('without an issuer tokens are worth nothing', () => {
  expect(tokenOptions(defaultConfig().jwt)).toBeUndefined();
});

test.each(['https://login.example/keys', 'http://127.0.0.1:8080/keys', 'http://localhost/keys', 'http://[::1]:8080/keys'])(
  'keys may come from %s',
  (jwksUrl) => {
    expect(tokenOptions({ ...GIVEN, jwksUrl })).toEqual({ ...GIVEN, jwksUrl });
  },
);

test.each([
  'http://login.example/keys',
  'http://127.0.0.1.example/keys',
  'http://localhost.example/keys',
  'http://10.0.0.1/keys',
  'https://',
])('keys may not come from %s', (jwksUrl) => {
  expect(() => tokenOptions({ ...GIVEN, jwksUrl })).toThrow(UsageError);
});

test.each(['issuer', 'audience', 'jwksUrl'])('%s may not be left out alone', (name) => {
  expect(() => tokenOptions({ ...GIVEN, [name]: undefined })).toThrow('belong together');
});
