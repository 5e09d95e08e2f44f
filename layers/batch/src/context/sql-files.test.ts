import { expect, test } from 'vitest';
import { TABLE_PLANS } from '../models/table-plans.ts';
import { SILVER_TABLES } from '../silver/silver-tables.ts';
import { parseModel, readModels } from './sql-files.ts';

test('the comment at the head says what the rows are and is no part of the SELECT', () => {
  expect(parseModel('gold.a', '-- One row\n-- per b.\nSELECT 1 -- one\nFROM b;\n')).toEqual({
    name: 'gold.a',
    meaning: 'One row per b.',
    select: 'SELECT 1 -- one\nFROM b',
  });
});

test('every model says what it is and only reads', async () => {
  const models = (await Promise.all((['silver', 'gold', 'views'] as const).map(readModels))).flat();
  expect(models.length).toBeGreaterThan(20);
  for (const model of models) {
    expect(model.meaning, model.name).toMatch(/[.:]$|[.:] /);
    expect(model.select, model.name).toMatch(/^(SELECT|WITH)\b/);
    expect(model.select, model.name).not.toMatch(/\b(read_csv|read_parquet|COPY|ATTACH|INSERT|CREATE)\b/i);
  }
});

test('every derived model has an order of rows, and every order a model', async () => {
  const silver = new Set(SILVER_TABLES.map((table) => `silver.${table.name}`));
  const models = (await Promise.all((['silver', 'gold'] as const).map(readModels))).flat().map((model) => model.name);
  expect(models.filter((name) => !silver.has(name)).toSorted()).toEqual(Object.keys(TABLE_PLANS).toSorted());
});
