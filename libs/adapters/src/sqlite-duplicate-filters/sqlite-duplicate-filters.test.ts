import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { duplicateFilter } from '@rushes/domain';
import { duplicateFiltersContract } from '@rushes/ports/contracts/duplicate-filters';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { openSqliteDuplicateFilters } from './index.ts';
import { openSeenIds } from './seen-ids.ts';

duplicateFiltersContract({
  name: 'in memory, the reference',
  open: async () => ({
    filters: {
      open(timeMs) {
        let filter: ReturnType<typeof duplicateFilter> | undefined = duplicateFilter(timeMs);
        return {
          isDuplicate(id, appendedAtMs) {
            if (!filter) throw new Error('it was closed');
            return filter.isDuplicate(id, appendedAtMs);
          },
          passBarrier(appendedAtMs) {
            if (!filter) throw new Error('it was closed');
            filter.passBarrier(appendedAtMs);
          },
          close: () => void (filter = undefined),
        };
      },
    },
    close: async () => {},
  }),
});

for (const cacheKib of [1024, 16])
  duplicateFiltersContract({
    name: `SQLite files with ${cacheKib} KiB in memory`,
    open: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'rushes-ids-'));
      return {
        filters: await openSqliteDuplicateFilters(join(folder, 'not', 'there'), { cacheKib }),
        close: () => rm(folder, { recursive: true, force: true }),
      };
    },
  });

describe('the files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rushes-ids-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('nothing is to be seen of an open filter where files can be removed while open, nor of a closed one anywhere', async () => {
    const filters = await openSqliteDuplicateFilters(folder, { cacheKib: 16 });
    const filter = filters.open();
    for (let n = 0; n < 5_000; n++) filter.isDuplicate(`id ${n}`, n);
    if (process.platform !== 'win32') expect(await readdir(folder)).toEqual([]);
    filter.close();
    expect(await readdir(folder)).toEqual([]);
  });

  test('what a killed process left is removed; what it does not know stays', async () => {
    const gone = `.ids.another_host.1.${crypto.randomUUID()}.writing`;
    await writeFile(join(folder, gone), '');
    await writeFile(join(folder, 'mine.txt'), '');
    await utimes(join(folder, gone), 0, 0);
    await openSqliteDuplicateFilters(folder);
    expect(await readdir(folder)).toEqual(['mine.txt']);
  });

  test('a folder that was deleted is made again; what is open goes on', async () => {
    const filters = await openSqliteDuplicateFilters(join(folder, 'tmp'), { cacheKib: 16 });
    const before = filters.open();
    for (let n = 0; n < 2_000; n++) before.isDuplicate(`id ${n}`, n);
    await rm(join(folder, 'tmp'), { recursive: true });
    const after = filters.open();
    expect([before.isDuplicate('id 0', 2_000), after.isDuplicate('id 0', 2_000)]).toEqual([true, false]);
    before.close();
    after.close();
  });

  test('a file that cannot be made is named, with what to do', async () => {
    expect(() => openSeenIds(join(folder, 'not', 'there'), 16)).toThrow(
      /the ids that duplicates are told by cannot be kept in .*there \(.*\): see that its folder is writable and has space/,
    );
  });
});

describe('forgetting', () => {
  test('as many ids are held as the window has, however long it goes on; after a long pause they go little by little', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rushes-ids-'));
    const ids = openSeenIds(join(folder, 'ids.sqlite'), 64);
    for (let n = 0; n < 20_000; n++) {
      ids.forgetSome(n - 1_000);
      ids.see(`id ${n}`, n);
      if (n % 500 === 0) expect(ids.count()).toBeLessThanOrEqual(1_001);
    }
    expect(ids.count()).toBe(1_001);
    expect([ids.see('id 19500', 20_000), ids.see('id 18000', 20_000), ids.see('id 19500', 20_001)]).toEqual([19_500, undefined, 20_000]);
    const later = 1_000_000;
    const held: number[] = [];
    for (let n = 0; n < 200; n++) {
      ids.forgetSome(later);
      ids.see(`later ${n}`, later + n);
      held.push(ids.count());
    }
    expect(held[0]).toBe(1_002 - 8 + 1);
    expect(held.at(-1)).toBe(200);
    ids.close();
    await rm(folder, { recursive: true, force: true });
  });
});
