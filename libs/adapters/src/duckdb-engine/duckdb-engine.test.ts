import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDuckDb } from './duckdb-engine.ts';

/** One list of many numbers: it cannot be spilled, so it fits or it does not. */
const LONG_LIST = 'SELECT len(list(i)) AS n FROM range(6000000) t(i)';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-engine-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a statement that needs more memory than the bound gets more, step by step, up to the most', async () => {
  const raised: number[] = [];
  const engine = await openDuckDb({
    memoryLimitMb: 32,
    mostMemoryMb: 400,
    onMoreMemory: (limitMb) => raised.push(limitMb),
    threads: 2,
    folder,
  });
  expect((await engine.write({ table: 'gold.one', select: LONG_LIST })).rows).toBe(1);
  expect(await engine.rows(LONG_LIST)).toEqual([{ n: 6_000_000n }]);
  await engine.close();
  expect(raised.length).toBeGreaterThan(0);
  for (const [n, limitMb] of raised.entries()) expect(limitMb).toBe(Math.min(400, Math.ceil((raised[n - 1] ?? 32) * 1.5)));
});

test('a bound that was set stands, and the error names it', async () => {
  const engine = await openDuckDb({ memoryLimitMb: 32, threads: 2, folder });
  await expect(engine.materialize('scratch.one', LONG_LIST)).rejects.toThrow('needs more than 32 MiB of memory');
  await engine.close();
});

test('a stream that breaks off is no stream that ended: rows are not missing in silence', async () => {
  const engine = await openDuckDb({ memoryLimitMb: 64, threads: 2, folder });
  const read = async (select: string): Promise<number> => {
    let rows = 0;
    for await (const texts of engine.streamText(select)) rows += texts.length;
    return rows;
  };
  expect(await read('SELECT CAST(i AS VARCHAR) FROM range(300000) t(i)')).toBe(300_000);
  expect(await read('SELECT CAST(i AS VARCHAR) FROM range(0) t(i)')).toBe(0);
  await expect(
    read("SELECT CASE WHEN i = 250000 THEN error('broken') ELSE CAST(i AS VARCHAR) END FROM range(300000) t(i)"),
  ).rejects.toThrow('ended a stream before its end');
  await engine.close();
});

test('a stream comes in its order, also of a statement that sorts', async () => {
  const engine = await openDuckDb({ memoryLimitMb: 64, threads: 2, folder });
  const found: string[] = [];
  for await (const texts of engine.streamText(
    "SELECT text FROM (SELECT lpad(CAST(i * 7919 % 200003 AS VARCHAR), 6, '0') AS text FROM range(200003) t(i)) ORDER BY text",
  ))
    found.push(...texts);
  expect(found).toEqual(Array.from({ length: 200_003 }, (_, n) => String(n).padStart(6, '0')));
  await engine.close();
});
