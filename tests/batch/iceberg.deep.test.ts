/** Iceberg tables as PyIceberg reads them: equal to what DuckDB finds in the files of the same version, whatever was published in between. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { type IcebergReport, keepIceberg, rollback, writeIceberg } from '@rushes/batch';
import { openDuckDb } from '@rushes/adapters/duckdb-engine';
import { openLake } from '@rushes/lake';
import { planTable } from '@rushes/lake/iceberg';
import { silentLogger } from '@rushes/runtime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { openCase, type OpenedCase, AT } from '../log-batch/opened-case.ts';
import { changed, junk, rated, recordOf, reviewed } from '../log-batch/told-events.ts';
import { findPyiceberg, readByDuckdb, readByPyiceberg, unordered } from './iceberg-reader.ts';
import { writeCatalog } from './made-up-catalog.ts';

const KEEP = 3;
const python = findPyiceberg();

let on: OpenedCase;
beforeEach(async () => {
  on = await openCase();
});
afterEach(() => on.close());

const publish = async (titles: number): Promise<void> => {
  await writeCatalog(on.data.imdb, { titles });
  expect((await on.data.run({ keepVersions: KEEP })).outcome).toBe('published');
};

const locations = ({ tables }: IcebergReport): Record<string, string> =>
  Object.fromEntries(tables.map(({ name, location }) => [name, location]));

describe.skipIf(python === undefined)('PyIceberg', () => {
  /** Compares every table in every kept version. @returns what it found. */
  const compare = async (report: IcebergReport, current: number, versions: readonly number[]) => {
    const found = readByPyiceberg(python ?? '', locations(report));
    for (const version of versions) {
      const expected = await readByDuckdb(on.data.stores.objects, version);
      for (const [name, rows] of Object.entries(expected)) {
        expect([name, version, unordered(found[name]?.tags[`v${version}`])]).toEqual([name, version, unordered(rows)]);
        if (version === current) expect([name, unordered(found[name]?.rows)]).toEqual([name, unordered(rows)]);
      }
    }
    for (const [name, table] of Object.entries(found)) {
      expect([name, Object.keys(table.tags)]).toEqual([name, versions.map((version) => `v${version}`)]);
      expect([name, table.current]).toEqual([name, current]);
    }
    return found;
  };

  const update = (): Promise<IcebergReport> => writeIceberg(on.data.stores, { keepVersions: KEEP });

  test('reads all kept versions of every table, by tag and by main', async () => {
    await on.append(
      recordOf(rated(1, 8, AT), 'a'),
      recordOf(rated(2, 3, AT), 'b'),
      recordOf(reviewed(1, 'A joy.\u0001 "Ω"', AT), 'c'),
      recordOf(changed(3, 'posted', { title: 'Ä' }, AT), 'd'),
      junk('movie.ratings', 1, 'x'),
    );
    await publish(100);
    const first = await compare(await update(), 1, [1]);
    expect(Object.keys(first).length).toBeGreaterThan(40);
    expect(first['keyed.movie_reviews']?.rows.length).toBeGreaterThan(0);
    expect(first['silver.ratings']?.columns).toEqual([
      ['tconst', 'string', "IMDb's id of the title."],
      ['rating_tenths', 'int', 'Average rating, in tenths.'],
      ['votes', 'int', 'Number of votes.'],
    ]);
    expect(first['gold.imdb_titles']?.columns).toContainEqual(['averageRating', 'decimal(3, 1)', 'Average rating, 1.0 to 10.0.']);
    expect(first['gold.titles']?.columns).toContainEqual(['genres', 'list<string>', 'Genres.']);

    // Without anything new, all files are shared; with more titles, some are.
    await publish(100);
    await on.append(recordOf(rated(1, 2, AT), 'later'));
    await publish(104);
    const third = await compare(await update(), 3, [1, 2, 3]);
    expect(third['gold.titles']?.files['v2']).toEqual(third['gold.titles']?.files['v1']);
    const [before, after] = [third['silver.titles']?.files['v2'] ?? [], third['silver.titles']?.files['v3'] ?? []];
    expect(after.filter((file) => before.includes(file)).length).toBeGreaterThan(0);
    expect(after.filter((file) => !before.includes(file)).length).toBeGreaterThan(0);

    await rollback(on.data.stores, 2);
    await keepIceberg(on.data.stores, { keepVersions: KEEP, logger: silentLogger });
    expect((await compare(await update(), 2, [1, 2, 3]))['gold.titles']?.history).toEqual([1, 2, 3, 2]);

    // From the one that was rolled back to; the first one is not kept any more.
    await publish(108);
    expect((await compare(await update(), 4, [2, 3, 4]))['gold.titles']?.history).toEqual([2, 3, 2, 4]);
  });

  test('reads every type that is mapped, also where one was widened, and columns that came, went or moved', async () => {
    const folder = join(on.data.root, 'types');
    const objects = on.data.stores.objects;
    const engine = await openDuckDb({ files: openLake(objects, folder), memoryLimitMb: 256, threads: 1, folder: join(folder, 'engine') });
    try {
      const selects = [
        `SELECT true AS flag, 1::TINYINT AS tiny, 2::SMALLINT AS small, 3::INTEGER AS whole, 200::UTINYINT AS utiny, 60000::USMALLINT AS usmall,
           9007199254740993::BIGINT AS big, 0.5::FLOAT AS float4, 0.1::DOUBLE AS float8, 'Ω'::VARCHAR AS words, '\\xAA'::BLOB AS bytes,
           '6f0b2c3e-6d7c-4a53-9d0b-4a5f6f1c2d3e'::UUID AS uid, DATE '2026-01-31' AS day, TIMESTAMP '2026-01-31 12:00:00.123456' AS local,
           TIMESTAMPTZ '2026-01-31 12:00:00.123456+02' AS instant, 1.5::DECIMAL(4, 1) AS d4, 12345678.91::DECIMAL(12, 2) AS d12,
           12345678901234567890.5::DECIMAL(38, 1) AS d38, [[1, NULL], []] AS lists, {'a': 1, 'offset': [{'x': 'y'}]} AS parts, 'gone' AS was`,
        `SELECT 4::BIGINT AS whole, {'offset': [{'z': 1, 'x': 'Y'}], 'a': 2::BIGINT} AS parts, 2.5::DECIMAL(6, 1) AS d4, 'new' AS came, 0.25::DOUBLE AS float4`,
      ];
      const versions = [];
      for (const [at, select] of selects.entries()) {
        const file = await (await engine.write({ table: 'gold.types', select })).keep('gold/types');
        const columns = [...(await engine.describe(select))];
        const table = { name: 'gold.types', derivation: String(at), columns, rows: 1, files: [file] };
        versions.push({ version: at + 1, parent: at === 0 ? null : at, publishedMs: at, table });
      }
      const prefix = 'iceberg/gold/types/metadata/';
      const {
        metadata,
        objects: written,
        leftOut,
      } = await planTable(
        {
          name: 'gold.types',
          meaning: undefined,
          docOf: () => undefined,
          prefix,
          location: objects.uriOf('iceberg/gold/types'),
          uriOf: (key) => objects.uriOf(key),
          versions,
          publications: versions.map(({ version, publishedMs }) => ({ version, publishedMs })),
          uuid: '6f0b2c3e-6d7c-4a53-9d0b-4a5f6f1c2d3e',
        },
        { metadata: undefined, contents: new Set() },
        2,
      );
      expect(leftOut).toEqual([]);
      for (const { key, body } of written) await objects.put(key, body);
      await objects.put(`${prefix}v1.metadata.json`, Buffer.from(JSON.stringify(metadata)));
      await objects.put(`${prefix}version-hint.text`, Buffer.from('1'));
      const { 'gold.types': found } = readByPyiceberg(python ?? '', { 'gold.types': objects.uriOf('iceberg/gold/types') });
      expect(found?.tags).toEqual({
        v1: [
          {
            flag: true,
            tiny: 1,
            small: 2,
            whole: 3,
            utiny: 200,
            usmall: 60_000,
            big: '9007199254740993',
            float4: 0.5,
            float8: 0.1,
            words: 'Ω',
            bytes: 'aa',
            uid: '6f0b2c3e-6d7c-4a53-9d0b-4a5f6f1c2d3e',
            day: '2026-01-31',
            local: '2026-01-31T12:00:00.123456',
            instant: '2026-01-31T10:00:00.123456+00:00',
            d4: 1.5,
            d12: 12_345_678.91,
            d38: '12345678901234567890.5',
            lists: [[1, null], []],
            parts: { a: 1, offset: [{ x: 'y' }] },
            was: 'gone',
          },
        ],
        v2: [{ whole: 4, parts: { offset: [{ z: 1, x: 'Y' }], a: 2 }, d4: 2.5, came: 'new', float4: 0.25 }],
      });
    } finally {
      await engine.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
