import { expect, test } from 'vitest';

import { locationOf, parseCassandraUrl } from './location.ts';

test.each([
  ['cassandra://127.0.0.1:19042/speed', ['127.0.0.1:19042'], 'speed'],
  ['cassandra://a.example,b.example:9043/rushes_1', ['a.example:9042', 'b.example:9043'], 'rushes_1'],
  ['CASSANDRA://[::1]:9042/k', ['[::1]:9042'], 'k'],
])('%s is understood', (url, contactPoints, keyspace) => {
  expect(parseCassandraUrl(url)).toEqual({ contactPoints, keyspace });
});

test.each([
  ['sqlite:speed.sqlite', 'looks like cassandra://host:port,host:port/keyspace'],
  ['cassandra:host/k', 'looks like'],
  ['cassandra:///k', 'names no host'],
  ['cassandra://host', 'names no keyspace'],
  ['cassandra://host/', 'names no keyspace'],
  ['cassandra://host,/k', 'is no contact point'],
  ['cassandra://host:0/k', 'is no contact point'],
  ['cassandra://host:70000/k', 'is no contact point'],
  ['cassandra://ho st/k', 'is no contact point'],
  ['cassandra://host/Speed', 'lower-case letters'],
  ['cassandra://host/1speed', 'lower-case letters'],
  [`cassandra://host/${'k'.repeat(49)}`, '48 characters'],
  ['cassandra://host/a"; DROP KEYSPACE b; --', 'lower-case letters'],
  ['cassandra://host/a/b', 'lower-case letters'],
  ['cassandra://host/k?dc=a', 'no parameters'],
])('%s is refused', (url, message) => {
  expect(() => parseCassandraUrl(url)).toThrow(RangeError);
  expect(() => parseCassandraUrl(url)).toThrow(message);
});

test('what is refused because of a password does not tell it', () => {
  expect(() => parseCassandraUrl('cassandra://user:geheim@host/k')).toThrow(/do not belong into the URL/);
  expect(() => parseCassandraUrl('cassandra://user:geheim@host/k')).not.toThrow(/geheim/);
});

test('a store is named by hosts and keyspace', () => {
  expect(locationOf({ contactPoints: ['a:1', 'b:2'], keyspace: 'k' })).toBe('cassandra://a:1,b:2/k');
});
