import { expect, test } from 'vitest';

import { locationOf, parsePostgresUrl } from './postgres-url.ts';

test.each([
  ['postgres://db.example:6432/films', { host: 'db.example', port: 6432, database: 'films' }],
  ['postgresql://db/films-2_x', { host: 'db', port: 5432, database: 'films-2_x' }],
  ['POSTGRES://[::1]:5433/films', { host: '[::1]', port: 5433, database: 'films' }],
])('%s', (url, place) => {
  expect(parsePostgresUrl(url)).toEqual(place);
  expect(locationOf(place)).toBe(`postgres://${place.host}:${place.port}/${place.database}`);
});

test.each([
  ['postgres://me:hunter2@db/films', /user and password do not belong/],
  ['postgres://me:hunter2%2f/@db/films', /user and password do not belong/],
  ['postgres://db/films?password=hunter2', /no parameters/],
  ['postgres://db/films#hunter2', /no parameters/],
  ['postgres://db', /no database/],
  ['postgres://db/a/hunter2', /no database/],
  ['postgres:///films', /no host/],
  ['postgres://one,two/films', /one host/],
  ['postgres://db:0/films', /no host and port/],
  ['postgres://db:65536/films', /no host and port/],
  ['mysql://db/films', /looks like/],
])('%s is refused, without what may be a password', (url, message) => {
  expect(() => parsePostgresUrl(url)).toThrow(message);
  expect(() => parsePostgresUrl(url)).not.toThrow(/hunter2/);
});
