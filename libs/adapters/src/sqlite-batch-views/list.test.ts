import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { ArtefactLayout, ArtefactRow, BatchViewStore, Condition, ListPosition } from '@rushes/ports';
import { artefactRows, expectedList, LAYOUTS, queriesOf } from '@rushes/ports/contracts/batch-view-model';
import { histories } from '@rushes/ports/contracts/depth';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type ArtefactFile, openArtefactFile } from './artefact-file.ts';
import { openSqliteBatchViews } from './index.ts';
import { rangesAfter } from './list-sql.ts';
import { budgetedWalkSql, type ListContext, walkSql } from './list-sql.ts';
import { physicalLayout } from './physical-layout.ts';
import type { Limits } from './plan.ts';
import { indexesSql, tablesSql } from './physical-layout.ts';
import { rowShape } from './open-file.ts';

/** Bounds so small that a few rows make use of every way of reading. */
const TINY: Limits[] = [
  { walkBudget: 3, uncoveredWalkBudget: 2, quickGather: 2, thoroughGather: 4, mergedPartitions: 2 },
  { walkBudget: 1, uncoveredWalkBudget: 1, quickGather: 0, thoroughGather: 0, mergedPartitions: 64 },
  { walkBudget: 6, uncoveredWalkBudget: 4, quickGather: 10, thoroughGather: 100, mergedPartitions: 64 },
];

describe('every way of reading gives the same rows', () => {
  let folder: string;
  let store: BatchViewStore;
  let artefacts = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sqlite-lists-'));
    store = await openSqliteBatchViews(folder);
  });
  afterAll(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  const withFile = async (
    layout: ArtefactLayout,
    rows: readonly ArtefactRow[],
    limits: Limits,
    use: (file: ArtefactFile) => void,
  ): Promise<void> => {
    const artefact = `artefact-${artefacts++}`;
    const given = async function* () {
      yield rows;
    };
    await store.build(artefact, layout, given());
    const file = openArtefactFile(join(folder, `${artefact}.sqlite`), limits);
    try {
      use(file);
    } finally {
      file.close();
      await store.retire([artefact]);
      await store.dropRetired(0);
    }
  };

  const cases = LAYOUTS.flatMap((layout, n) => TINY.map((limits, m) => ({ name: `layout ${n}, bounds ${m}`, layout, limits })));
  test.each(cases)('$name', async ({ layout, limits }) => {
    let quickly = 0;
    let elsewhere = 0;
    await fc.assert(
      fc.asyncProperty(artefactRows(25), fc.array(queriesOf(layout), { minLength: 10, maxLength: 10 }), async (rows, queries) => {
        await withFile(layout, rows, limits, (file) => {
          for (const { query, strayValues, strayKey } of queries) {
            const last = expectedList(layout, rows, query).at(-1);
            const places: (ListPosition | undefined)[] = [
              undefined,
              { values: strayValues, key: strayKey },
              last && { values: last.sortValues, key: last.key },
            ];
            for (const after of places) {
              const asked = after === undefined ? query : { ...query, after };
              const expected = expectedList(layout, rows, asked);
              const quick = file.list(asked, 'quick');
              expect(quick ?? expected).toEqual(expected);
              expect(file.list(asked, 'thorough')).toEqual(expected);
              if (quick === undefined) elsewhere++;
              else quickly++;
            }
            const count = expectedList(layout, rows, { ...query, limit: 100 }).length;
            expect(file.count(query.where, 'quick') ?? count).toBe(count);
            expect(file.count(query.where, 'thorough')).toBe(count);
          }
        });
      }),
      histories({ quick: 8, deep: 80 }),
    );
    expect(Math.min(quickly, elsewhere)).toBeGreaterThan(0); // both were tried
  });

  test('walks of several partitions count as far as all of them came', async () => {
    const [layout] = LAYOUTS;
    if (layout === undefined) throw new Error('there is no layout to try');
    const where = fc.constantFrom<Condition[]>(
      [{ column: 'flag', op: 'eq', value: true }],
      [{ column: 'tags', op: 'has', value: 'x' }],
      [{ column: 'm', op: 'lte', value: 0 }],
    );
    const sort = fc.constantFrom(...[false, true].flatMap((desc) => ['n', 'name'].map((column) => [{ column, desc }])));
    const query = fc.record({ where, sort, limit: fc.integer({ min: 1, max: 3 }) });
    const limits = { walkBudget: 12, uncoveredWalkBudget: 12, quickGather: 0, thoroughGather: 0, mergedPartitions: 64 };
    let quickly = 0;
    await fc.assert(
      fc.asyncProperty(artefactRows(40), fc.array(query, { minLength: 20, maxLength: 20 }), async (rows, queries) => {
        await withFile(layout, rows, limits, (file) => {
          for (const asked of queries) {
            const expected = expectedList(layout, rows, asked);
            const quick = file.list(asked, 'quick');
            expect(quick ?? expected).toEqual(expected);
            if (quick !== undefined && rows.length > limits.walkBudget) quickly++;
          }
        });
      }),
      histories({ quick: 12, deep: 120 }),
    );
    expect(quickly).toBeGreaterThan(0);
  });
});

describe('walks need no sorting', () => {
  const database = new DatabaseSync(':memory:');
  afterAll(() => database.close());

  const [layout] = LAYOUTS;
  if (layout === undefined) throw new Error('there is no layout to try');
  const physical = physicalLayout(layout);
  database.exec(tablesSql(physical));
  for (const sql of indexesSql(physical)) database.exec(sql);
  const cases = physical.orders.filter((order) => order.name.startsWith('sort')).map((order) => [order.name, order] as const);

  test.each(cases)('%s', (_, order) => {
    const sort = order.lead.map((column) => ({ column, desc: order.desc }));
    const after = { values: order.lead.map(() => 1), key: 'k' };
    const query = {
      where: [
        { column: 'tags', op: 'has', value: 'x' },
        { column: 'm', op: 'gte', value: 1 },
        { column: 'n', op: 'lt', value: 9 },
      ],
      sort,
      after,
      limit: 10,
      documents: ['doc'],
    } as const;
    const context: ListContext = {
      physical,
      query,
      shape: rowShape(physical, query, sort),
      resolve: () => ({ setNumber: 0, code: 1, bit: 1 }),
      position: 7,
    };
    const partition = { code: 0, value: 'film', rows: 100_000 };
    const plan = { partitions: [partition], everyPartition: false, where: query.where, steps: [] };
    const planOf = (sql: string): string[] =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map((row) => String(row['detail']));
    for (const range of [...rangesAfter(sort, after), ...rangesAfter(sort, undefined)]) {
      const walked = planOf(walkSql(context, plan, { order }, range).text);
      const severalAtOnce = planOf(
        walkSql(context, { ...plan, partitions: [partition, { ...partition, code: 1 }] }, { order }, range).text,
      );
      const { rows, last } = budgetedWalkSql(context, plan, { order }, partition, range);
      for (const detail of [walked, severalAtOnce, planOf(rows.text), planOf(last.text)])
        expect(detail.join('\n')).not.toMatch(/TEMP B-TREE/);
      expect(walked[0]).toMatch(new RegExp(`SEARCH e USING INDEX ${order.name} \\(_partition=\\?`));
      // what the conditions need is in the index
      expect(planOf(rows.text).join('\n')).toMatch(new RegExp(`SEARCH e USING COVERING INDEX ${order.name} \\(_partition=\\?`));
    }
  });
});
