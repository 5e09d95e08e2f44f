/** Archive files that are damaged or gone: mended from the log where it has their records, never read as something else, and named where they are lost. */
import { rm, writeFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { archivedUpTo } from '@rushes/batch';
import { offsetAt, PARTITIONS, partitionOf } from '@rushes/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bytesOf, filesUnder, flipBit } from '../flip-bit.ts';
import { AT, HOUR_MS, openCase, type OpenedCase } from './opened-case.ts';
import { movieId, rated, recordOf, reviewed } from './told-events.ts';

const PARTITION = partitionOf('movie.ratings', movieId(1));
const EVERYTHING = Object.fromEntries(PARTITIONS.map((partition) => [partition, 1000]));

let on: OpenedCase;
let archived: readonly string[];

beforeEach(async () => {
  on = await openCase();
  await on.append(recordOf(rated(1, 8, AT), 'a'), recordOf(rated(1, 6, AT), 'b'), recordOf(reviewed(1, 'Good.', AT), 'c'));
  await on.data.run();
  archived = await filesUnder(join(on.data.root, 'lake/bronze/log'), '.parquet');
});
afterEach(() => on.close());

const theLogForgets = async (): Promise<void> => {
  on.data.clock.nowMs += 100 * HOUR_MS;
  expect(await on.data.stores.log.trim(EVERYTHING)).toBeGreaterThan(0);
};

test.each([
  ['damaged', flipBit],
  ['cut off', async (path: string) => writeFile(path, (await readFile(path)).subarray(0, 100))],
  ['gone', async (path: string) => rm(path)],
])('files that are %s are archived anew from the log, and every run is right', async (_what, harm) => {
  const before = await bytesOf(archived);
  expect(archived).toHaveLength(2);
  for (const full of [true, false]) {
    for (const path of archived) await harm(path);
    expect((await on.data.run({ full })).outcome).toBe('published');
    expect(await on.told()).toEqual(await on.plain());
    expect(await bytesOf(archived)).toEqual(before);
    await on.append(recordOf(rated(1, 2, AT), `of full ${full}`));
  }
  expect(await on.keys('bronze/log/replacements/')).toHaveLength(4);
});

test('the log keeps what is not soundly archived', async () => {
  expect(offsetAt(await archivedUpTo(on.data.stores), PARTITION)).toBe(2);
  for (const path of archived.filter((one) => one.includes('movie.ratings'))) await flipBit(path);
  expect(offsetAt(await archivedUpTo(on.data.stores), PARTITION)).toBe(0);
  await on.data.run();
  expect(offsetAt(await archivedUpTo(on.data.stores), PARTITION)).toBe(2);
});

test('what is damaged and gone from the log is named with its offsets, and nothing wrong is published; restored, all is right again', async () => {
  await theLogForgets();
  const [path = ''] = archived.filter((one) => one.includes('movie.ratings'));
  const sound = await readFile(path);
  await flipBit(path);
  const before = await on.data.stores.views.currentPublication();
  await expect(on.data.run({ full: true })).rejects.toThrow(
    new RegExp(`bronze/log/movie\\.ratings/[0-9a-f]{64}\\.parquet in .* is damaged.*offsets 0 to 1 of ${PARTITION}`),
  );
  expect(await on.data.stores.views.currentPublication()).toEqual(before);
  await writeFile(path, sound);
  expect((await on.data.run({ full: true })).outcome).toBe('published');
  expect(await on.ratingsOf(1)).toMatchObject({ count: 2, sum_tenths: 140 });
});

test('what is damaged and not needed stops nothing', async () => {
  await theLogForgets();
  // Until no event of that time can come again: of days without a record, one counts.
  for (let day = 0; day < 4; day++) {
    on.data.clock.nowMs += 24 * HOUR_MS;
    await on.data.run();
  }
  await on.append(recordOf(rated(1, 2, AT), 'd'));
  await on.data.run();
  for (const path of archived) await flipBit(path);
  await on.append(recordOf(rated(1, 3, AT), 'e'));
  expect((await on.data.run()).outcome).toBe('published');
  expect(await on.ratingsOf(1)).toMatchObject({ count: 4, sum_tenths: 190 });
});
