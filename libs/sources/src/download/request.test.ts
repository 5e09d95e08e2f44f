import { expect, test } from 'vitest';
import { networkError, UnreachableError } from './request.ts';

const url = new URL('https://example.org/file');
const fault = (code: string): Error => Object.assign(new Error(code), { code });

test.each([
  ['an unknown host', new TypeError('fetch failed', { cause: fault('ENOTFOUND') })],
  ['a resolver without network', new TypeError('fetch failed', { cause: fault('EAI_AGAIN') })],
  [
    'every address of the host refused',
    new TypeError('fetch failed', { cause: new AggregateError([fault('ENETUNREACH'), fault('ECONNREFUSED')]) }),
  ],
])('%s: there is no way to the server', (_name, cause) => {
  const error = networkError(url, cause);
  expect(error).toBeInstanceOf(UnreachableError);
  expect(error.message).toBe('example.org cannot be reached');
});

test('a connection that was reset is a fault of the moment', () => {
  const error = networkError(url, new TypeError('terminated', { cause: fault('ECONNRESET') }));
  expect(error).not.toBeInstanceOf(UnreachableError);
  expect(error.name).toBe('TransientError');
});
