import { expect, test } from 'vitest';

import { locationOf, parseMongodbUrl } from './location.ts';

test.each([
  ['mongodb://127.0.0.1:28017/views', { hosts: ['127.0.0.1:28017'], srv: false, database: 'views' }],
  ['mongodb://a.example,b.example:27018/rushes_1', { hosts: ['a.example:27017', 'b.example:27018'], srv: false, database: 'rushes_1' }],
  ['MONGODB://[::1]/k', { hosts: ['[::1]:27017'], srv: false, database: 'k' }],
  ['mongodb+srv://cluster0.abc.example/k', { hosts: ['cluster0.abc.example'], srv: true, database: 'k' }],
])('%s is understood', (url, location) => {
  expect(parseMongodbUrl(url)).toEqual(location);
});

test.each([
  ['sqlite:views', 'looks like mongodb://host:port,host:port/database'],
  ['mongodb:host/k', 'looks like'],
  ['mongodb:///k', 'names no host'],
  ['mongodb://host', 'names no database'],
  ['mongodb://host/', 'names no database'],
  ['mongodb://host,/k', 'is no host'],
  ['mongodb://host:0/k', 'is no host'],
  ['mongodb://host:70000/k', 'is no host'],
  ['mongodb://ho st/k', 'is no host'],
  ['mongodb://host/Views', 'lower-case letters'],
  ['mongodb://host/a.b', 'lower-case letters'],
  ['mongodb://host/a/b', 'lower-case letters'],
  ['mongodb://host/$a', 'lower-case letters'],
  [`mongodb://host/${'k'.repeat(39)}`, '38 characters'],
  ['mongodb://host/admin', 'admin, local, config'],
  ['mongodb://host/k?w=1', 'no parameters'],
  ['mongodb+srv://a.b.c,d.e.f/k', 'one name'],
  ['mongodb+srv://a.b.c:27017/k', 'one name'],
  ['mongodb+srv://host/k', 'three parts'],
])('%s is refused', (url, message) => {
  expect(() => parseMongodbUrl(url)).toThrow(RangeError);
  expect(() => parseMongodbUrl(url)).toThrow(message);
});

test('what is refused because of a password does not tell it', () => {
  for (const url of ['mongodb://user:geheim@host/k', 'mongodb+srv://user:geheim@a.b.c/k']) {
    expect(() => parseMongodbUrl(url)).toThrow(/do not belong into the URL/);
    expect(() => parseMongodbUrl(url)).not.toThrow(/geheim/);
  }
});

test('a store is named by hosts and database', () => {
  for (const url of ['mongodb://a:1,b:2/k', 'mongodb+srv://a.b.c/k']) expect(locationOf(parseMongodbUrl(url))).toBe(url);
});
