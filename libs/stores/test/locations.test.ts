/** Stores are found by their URLs, in the data folder where none is named, and are opened where the URL says. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { defaultConfig, UsageError } from '@rushes/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { requireWholeDataFolder } from '../src/index.ts';
import { configuredLocations, locationsIn, type StoreLocations } from '../src/locations.ts';
import { openStoresAt } from '../src/open-stores.ts';
import { findStores, localPathsOf } from '../src/schemes.ts';

const NONE = { objects: undefined, views: undefined, log: undefined, speed: undefined, keys: undefined };
const placed = (urls: Partial<Record<keyof typeof NONE, string>>): StoreLocations =>
  configuredLocations({ ...defaultConfig(), folders: { data: '/data', imdb: undefined }, stores: { ...NONE, ...urls } });

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rushes stores #1 '));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('without URLs all stores are in the data folder, whatever characters its name has', () => {
  expect(localPathsOf(locationsIn(folder))).toEqual(
    ['lake', 'views', 'log.sqlite', 'speed.sqlite', 'keys.sqlite'].map((name) => join(folder, name)),
  );
});

test('a URL places one store elsewhere, the others stay', async () => {
  const at = locationsIn(join(folder, 'data'));
  const elsewhere = join(folder, 'other disk/events.sqlite');
  const stores = await openStoresAt({ ...at, urls: { ...at.urls, log: `sqlite:${pathToFileURL(elsewhere).pathname}` } });
  try {
    expect(stores.log.location).toBe(elsewhere);
    expect(existsSync(elsewhere)).toBe(true);
    expect(readdirSync(join(folder, 'data')).toSorted()).toEqual(
      expect.arrayContaining(['keys.sqlite', 'lake', 'speed.sqlite', 'tmp', 'views']),
    );
    expect(existsSync(join(folder, 'data/log.sqlite'))).toBe(false);
  } finally {
    await stores.close();
  }
});

test.each([
  ['log', 'amqp://user:secret@broker', 'stores.log: no such store has the scheme amqp: (known: sqlite:, kafka:)'],
  ['log', 'kafka://user:secret@broker:9092', 'stores.log: the URL of an event log on Kafka has no credentials in it'],
  ['log', 'kafka://broker:9092', 'stores.log: the schemas of its records need a registry'],
  ['speed', 'cassandra://user:secret@host/rushes', 'stores.speed: user and password do not belong into the URL'],
  ['objects', 's3://user:secret@bucket/lake', 'stores.objects: '],
  ['objects', 'sqlite:/data/lake', 'stores.objects: no such store has the scheme sqlite: (known: file:, s3:)'],
  ['objects', 'file://host/lake', 'stores.objects: '],
  ['speed', 'sqlite:/data/speed', "stores.speed: its file's name ends with .sqlite"],
] as const)('%s at %s is refused', (kind, url, message) => {
  const finding = (): unknown => findStores(placed({ [kind]: url }));
  expect(finding).toThrow(UsageError);
  expect(finding).toThrow(message);
  expect(finding).not.toThrow('secret');
});

test('what works on a whole data folder is refused where a store is elsewhere, however the folder itself is named', () => {
  const check = (urls: Partial<Record<keyof typeof NONE, string>>) => (): void =>
    requireWholeDataFolder({
      config: { ...defaultConfig(), folders: { data: '/data', imdb: undefined }, stores: { ...defaultConfig().stores, ...NONE, ...urls } },
    });
  check({})();
  check({ log: 'sqlite:/data/log.sqlite', objects: 'file:///data/lake' })();
  expect(check({ log: 'sqlite:/data/other.sqlite' })).toThrow('stores.log');
});
