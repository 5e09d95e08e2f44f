/** What comes out is what went in: values of each type, their order, and sums of any size. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Column } from '@rushes/ports/batch-engine';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { histories } from '../depth.ts';
import { collectTexts, type OpenedEngine, readKept, rowsWritten, stage } from './opened-engine.ts';

const TYPED: readonly Column[] = [
  { name: 'id', type: 'INTEGER' },
  { name: 'text', type: 'VARCHAR' },
  { name: 'number', type: 'BIGINT' },
  { name: 'amount', type: 'DECIMAL(18,3)' },
  { name: 'flag', type: 'BOOLEAN' },
  { name: 'names', type: 'VARCHAR[]' },
  { name: 'person', type: 'STRUCT("name" VARCHAR, "born" BIGINT)' },
  { name: 'instant', type: 'TIMESTAMP' },
];

const NONE = { text: null, number: null, amount: null, flag: null, names: null, person: null, instant: null };

const LINES = [
  `{"id":1,"text":"Märchen \\"of\\" 𝄞\\t\\n","number":9007199254740993,"amount":"123456789012345.678","flag":true,"names":["b","a",""],"person":{"name":"Ada","born":-5},"instant":"2026-01-31 23:59:59.123456"}`,
  '{"id":2,"text":"","number":-9223372036854775808,"amount":"-0.001","flag":false,"names":[],"person":{"name":null,"born":null},"instant":"1899-12-31 00:00:00.000001"}',
];

const numbers: readonly Column[] = [
  { name: 'text', type: 'VARCHAR' },
  { name: 'number', type: 'BIGINT' },
];

const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

/** The order that `Writing.orderBy` promises, written down once more. */
const inOrder = <Value>(one: Value | null, other: Value | null, compare: (one: Value, other: Value) => number): number => {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  return compare(one, other);
};

export const valueTests = (opened: () => OpenedEngine, folder: () => string): void => {
  const staged = async (): Promise<void> => {
    const path = join(folder(), 'typed.jsonl');
    // Not by JSON.stringify: Node's numbers end at 2 ** 53.
    await writeFile(path, `${[...LINES, JSON.stringify({ id: 3, ...NONE })].join('\n')}\n`);
    await opened().engine.defineLines('scratch.typed', { format: 'json', path, columns: TYPED, longestLineBytes: 1000 });
  };

  test('values of each type, and none, are what they were: for readers that nobody here wrote, and for the engine itself', async () => {
    const { engine } = opened();
    await staged();
    const select = 'SELECT * FROM scratch.typed';
    const columns = await engine.describe(select);
    expect(columns.map(({ name }) => name)).toEqual(TYPED.map(({ name }) => name));
    const draft = await engine.write({ table: 'silver.typed', select, orderBy: ['id'] });
    expect(draft.rows).toBe(3);
    const file = await draft.keep('silver/typed');
    expect(file).toMatchObject({ rows: 3, key: `silver/typed/${file.sha256}.parquet` });
    const rows = await readKept(opened(), file.key);
    const none = (value: unknown): unknown => value ?? null; // what this reader says of a list that is not there
    expect(
      rows.map(({ text, number, flag, names, person, instant }) => ({
        text,
        number,
        flag,
        names: none(names),
        person: none(person),
        instant,
      })),
    ).toEqual([
      {
        text: 'Märchen "of" 𝄞\t\n',
        number: 9_007_199_254_740_993n,
        flag: true,
        names: ['b', 'a', ''],
        person: { name: 'Ada', born: -5n },
        instant: new Date('2026-01-31T23:59:59.123Z'),
      },
      {
        text: '',
        number: -9_223_372_036_854_775_808n,
        flag: false,
        names: [],
        person: { name: null, born: null },
        instant: expect.any(Date),
      },
      { text: null, number: null, flag: null, names: null, person: null, instant: null },
    ]);
    await engine.defineTable({ name: 'silver.typed', columns, files: [file] });
    expect(await engine.describe('SELECT * FROM silver.typed')).toEqual(columns);
    expect(
      await engine.rows(
        'SELECT id, number, CAST(amount AS VARCHAR) AS amount, flag, cardinality(names) AS names, names[1] AS first, t.person.born AS born, ' +
          "CAST(instant AS VARCHAR) AS instant, instant < TIMESTAMP '2026-01-31 23:59:59.123457' AS before, number + 1 IS NULL AS none FROM silver.typed t WHERE id <> 2 ORDER BY id",
      ),
    ).toEqual([
      {
        id: 1,
        number: 9_007_199_254_740_993n,
        amount: '123456789012345.678',
        flag: true,
        names: 3n,
        first: 'b',
        born: -5n,
        instant: '2026-01-31 23:59:59.123456',
        before: true,
        none: false,
      },
      { id: 3, number: null, amount: null, flag: null, names: null, first: null, born: null, instant: null, before: null, none: true },
    ]);
  });

  test('sums beyond 2 ** 53 are exact, and those beyond 2 ** 63', async () => {
    const { engine } = opened();
    const rows = Array.from({ length: 1_000 }, (_, n) => ({ text: `row ${n}`, number: Number.MAX_SAFE_INTEGER - n }));
    const sum = rows.reduce((total, { number }) => total + BigInt(number), 0n);
    await stage(engine, folder(), 'scratch.numbers', numbers, rows);
    const of = 'FROM scratch.numbers';
    expect(await engine.rows(`SELECT CAST(sum(number) AS BIGINT) AS total ${of}`)).toEqual([{ total: sum }]);
    expect(await engine.rows(`SELECT CAST(sum(CAST(number AS DECIMAL(38,0)) * 2048) AS VARCHAR) AS total ${of}`)).toEqual([
      { total: String(sum * 2048n) },
    ]);
    expect(await rowsWritten(opened(), { table: 'gold.total', select: `SELECT CAST(sum(number) AS BIGINT) AS total ${of}` })).toEqual([
      { total: sum },
    ]);
  });

  test('rows are sorted as was said: by bytes, ascending, nulls last; equal rows give equal bytes', async () => {
    const text = fc.option(
      fc.string({ unit: 'binary', maxLength: 3 }).map((some) => some.toWellFormed()),
      { nil: null },
    );
    const row = fc.record({ text, number: fc.option(fc.integer({ min: -3, max: 3 }), { nil: null }) });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (rows) => {
        const { engine } = opened();
        const writing = { table: 'gold.sorted', select: 'SELECT text, number FROM scratch.rows', orderBy: ['text', 'number'] };
        const keys = new Set<string>();
        for (const some of [rows, rows.toReversed()]) {
          await stage(engine, folder(), 'scratch.rows', numbers, some);
          keys.add((await (await engine.write(writing)).keep('gold/sorted')).key);
        }
        expect(keys.size).toBe(1);
        const written = await readKept(opened(), [...keys][0] ?? '');
        const expected = rows
          .toSorted((a, b) => inOrder(a.text, b.text, byBytes) || inOrder(a.number, b.number, (one, other) => one - other))
          .map((one) => ({ text: one.text, number: one.number === null ? null : BigInt(one.number) }));
        expect(written).toEqual(expected);
      }),
      histories({ quick: 8, deep: 200 }),
    );
  });

  test('lines, and a stream that is sorted, keep their order, also in great numbers', async () => {
    const { engine } = opened();
    const rows = Array.from({ length: 50_000 }, (_, n) => ({ text: `row ${(n * 7_919) % 50_000}`, number: n }));
    await stage(engine, folder(), 'scratch.many', numbers, rows);
    const written = await rowsWritten(opened(), { table: 'bronze.many', select: 'SELECT * FROM scratch.many' });
    expect(written.map(({ number }) => Number(number))).toEqual(rows.map(({ number }) => number));
    const streamed = await collectTexts(engine.streamText('SELECT text FROM scratch.many ORDER BY text'));
    expect(streamed).toEqual(rows.map(({ text }) => text).toSorted(byBytes));
  });
};
