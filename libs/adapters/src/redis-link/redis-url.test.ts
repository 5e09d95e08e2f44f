import { expect, test } from 'vitest';

import { parseRedisUrl, redisLocation } from './redis-url.ts';

test.each([
  ['redis://cache', { host: 'cache', port: 6379, database: 0, tls: false }, 'redis://cache:6379/0'],
  ['redis://127.0.0.1:28379/7', { host: '127.0.0.1', port: 28_379, database: 7, tls: false }, 'redis://127.0.0.1:28379/7'],
  ['REDISS://cache.example:6380/', { host: 'cache.example', port: 6380, database: 0, tls: true }, 'rediss://cache.example:6380/0'],
  ['redis://[::1]:6379/1', { host: '::1', port: 6379, database: 1, tls: false }, 'redis://[::1]:6379/1'],
])('%s is understood', (url, location, told) => {
  expect(parseRedisUrl(url)).toEqual(location);
  expect(redisLocation(parseRedisUrl(url))).toBe(told);
});

test.each([
  ['redis:cache', 'redis://host:port/database'],
  ['redis://', 'names no host'],
  ['redis://a b', 'names no host'],
  ['redis://cache:0', 'names no host and port'],
  ['redis://cache:70000', 'names no host and port'],
  ['redis://cache/one', 'is a number'],
  ['redis://cache/0?tls=1', 'without a query'],
  ['redis://a:6379,b:6379/0', 'has one address'],
])('%s is refused', (url, message) => {
  expect(() => parseRedisUrl(url)).toThrow(RangeError);
  expect(() => parseRedisUrl(url)).toThrow(message);
});

test.each(['redis://user:pa55@cache', 'redis://:pa55@cache:6379/0', 'redis://user:pa55@a,b'])(
  'a password in %s is refused, and not repeated',
  (url) => {
    expect(() => parseRedisUrl(url)).toThrow('no credentials');
    expect(() => parseRedisUrl(url)).not.toThrow('pa55');
  },
);
