/** Since which version a dump's rating holds. */
import { rollback } from '@rushes/batch';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { writeCatalog } from '../batch/made-up-catalog.ts';
import { type LoggedFolder, openLoggedFolder, removeTemplate } from './logged-folder.ts';
import { openVersionReader, type VersionReader } from './read-version.ts';

afterAll(removeTemplate);

let data: LoggedFolder;
let reader: VersionReader;
beforeEach(async () => {
  data = await openLoggedFolder();
  reader = await openVersionReader(data.stores.objects, data.root);
});
afterEach(async () => {
  await reader.close();
  await data.close();
});

const TITLES = 30;
/** Runs over a catalog in which these titles have other votes than at first, and returns what is listed then. */
const changesWith = async (
  votes: Readonly<Record<number, number>>,
  options: { readonly full?: boolean; readonly titles?: number } = {},
) => {
  await writeCatalog(data.imdb, { titles: options.titles ?? TITLES, votesOf: (n) => votes[n] ?? (n * 37) % 2000 });
  const { version } = await data.run({ full: options.full ?? false });
  const rows = await reader.rows(await data.manifest(version), 'silver.rating_changes');
  return rows.map(({ tconst, since }) => [Number(String(tconst).slice(2)), since]);
};

test('the first version lists none; a row is listed with the version that it came or changed with, and keeps it', async () => {
  expect(await changesWith({})).toEqual([]);
  expect(await changesWith({})).toEqual([]);
  expect(await changesWith({ 7: 1 })).toEqual([[7, 3]]);
  expect(await changesWith({ 7: 1 })).toEqual([[7, 3]]);
  expect(await changesWith({ 7: 1, 8: 2 }, { titles: 31 })).toEqual([
    [7, 3],
    [8, 5],
    [31, 5],
  ]);
  expect(await changesWith({ 7: 1, 8: 2 }, { titles: 31, full: true })).toEqual([
    [7, 3],
    [8, 5],
    [31, 5],
  ]);
  expect(await changesWith({ 8: 2 }, { titles: 30 })).toEqual([
    [7, 7],
    [8, 5],
  ]);
});

test('after a rollback changes are found against the version that is published', async () => {
  await changesWith({});
  await changesWith({ 7: 1 });
  await rollback(data.stores, 1);
  expect(await changesWith({ 8: 1 })).toEqual([[8, 3]]);
});
