/**
 * What the service asks of its views, PostgreSQL finds by indexes: every order and filter of every layout, first page and later ones, with and without a
 * type. Told by the server's own counters: no list reads a table from its beginning, and none reads many more rows than it gives.
 */
import { openPostgresBatchViews, type PostgresOptions } from '@rushes/adapters/postgres-batch-views';
import {
  type ArtefactRow,
  type BatchViewStore,
  type CellValue,
  type Condition,
  type ListQuery,
  SET_SEPARATOR,
  type SortColumn,
} from '@rushes/ports';
import { FIRST_ORDINARY_KIND, titles, VIEWS } from '@rushes/views';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { TEST_POSTGRES_PASSWORD, TEST_POSTGRES_USER } from '../../tools/services/postgres.ts';
import { needsServers } from './needs-servers.ts';

const ROWS = 40_000;
const LIMIT = 20;
/** Of those that a page gives: it may read some more, for each type one, and what a range has that a condition leaves out. */
const MOST_READ = 40 * LIMIT;
const KINDS = ['movie', 'short', 'tvepisode', 'tvseries', 'videogame', '!movie'];
const GENRES = Array.from({ length: 25 }, (_, n) => `genre ${n}`);

/** Spread without a pattern, the same at every run. */
const spread = (n: number, salt: number): number => (Math.imul(n + 1, 2_654_435_761 + salt * 40_503) >>> 0) / 2 ** 32;

const valueOf = (column: string, n: number): CellValue => {
  const salt = Buffer.from(column).reduce((sum, byte) => sum + byte, 0);
  const part = spread(n, salt);
  if (column === 'kind') return KINDS[Math.floor(part * KINDS.length)] ?? 'movie';
  if (column === 'genre_keys')
    return [0, 1].map((more) => GENRES[Math.floor(spread(n, salt + more) ** 2 * GENRES.length)]).join(SET_SEPARATOR);
  if (column === 'tconst') return `tt${n}`;
  if (part < 0.1) return null;
  if (titles.layout.columns[column as keyof typeof titles.layout.columns] === 'integer')
    return Math.floor(part * (column === 'year' ? 100 : 10_000)); // as: a name of any layout
  return `${column} ${Math.floor(part * 30_000)} word${Math.floor(spread(n, salt + 7) * 500)}`;
};

async function* rowsOf(layout: (typeof VIEWS)[number]['layout']): AsyncGenerator<readonly ArtefactRow[]> {
  const columns = Object.keys(layout.columns);
  for (let from = 0; from < ROWS; from += 1_000)
    yield Array.from({ length: 1_000 }, (_, m): ArtefactRow => {
      const n = from + m;
      return [
        `id${String(n).padStart(8, '0')}`,
        ...columns.map((column) =>
          layout.columns[column] === 'integer' && layout !== titles.layout ? Math.floor(spread(n, 3) * 1_000) : valueOf(column, n),
        ),
        ...layout.documents.map(() => `{"n":${n}}`),
      ];
    });
}

describe.skipIf(needsServers('postgres'))('on PostgreSQL', () => {
  const schema = `plans_${process.pid}_${Date.now()}`;
  const address = /^(.*):(\d+)\/(.*)$/.exec(process.env['TEST_POSTGRES'] ?? '');
  const place = { host: address?.[1] ?? '', port: Number(address?.[2]), database: address?.[3] ?? '' };
  const login = { user: TEST_POSTGRES_USER, password: TEST_POSTGRES_PASSWORD };
  const options: PostgresOptions = { ...place, schema, credentials: login, connections: 1 };
  let operator: pg.Client;
  let builder: BatchViewStore;
  const layouts = VIEWS.filter(({ layout }) => layout.sorts.length > 0 || layout.filters.length > 0);
  beforeAll(async () => {
    operator = new pg.Client({ ...place, ...login });
    await operator.connect();
    builder = await openPostgresBatchViews(options);
    for (const { name, layout } of layouts) await builder.build(name, layout, rowsOf(layout));
    await operator.query('SET stats_fetch_consistency = none');
  });
  afterAll(async () => {
    await builder.close();
    await operator.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await operator.end();
  });

  const counters = async (view: string) => {
    const { rows } = await operator.query<Record<string, string>>(
      `SELECT seq_scan, coalesce(idx_tup_fetch, 0) + seq_tup_read AS read FROM pg_stat_user_tables
        WHERE schemaname = $1 AND relname = 'artefact_' || (SELECT number FROM ${schema}.artefacts WHERE name = $2)`,
      [schema, view],
    );
    return { scans: Number(rows[0]?.['seq_scan']), read: Number(rows[0]?.['read']) };
  };
  /** What the server read for it. Counters are complete when the connection has ended. */
  const costOf = async (view: string, ask: (store: BatchViewStore) => Promise<number>) => {
    const before = await counters(view);
    const store = await openPostgresBatchViews(options);
    const given = await ask(store);
    await store.close();
    // The connection's process counts when it ends, a moment after this.
    await expect
      .poll(
        async () =>
          (
            await operator.query(`SELECT 1 FROM pg_stat_activity WHERE application_name = 'rushes' AND query LIKE '%' || $1 || '%'`, [
              schema,
            ])
          ).rowCount,
      )
      .toBeLessThanOrEqual(1);
    const after = await counters(view);
    return { given, scans: after.scans - before.scans, read: after.read - before.read };
  };
  const list = async (store: BatchViewStore, view: string, query: ListQuery): Promise<number> => {
    const reader = await store.open(view);
    const first = await reader.list(query);
    const last = first.at(-1);
    const next = last === undefined ? [] : await reader.list({ ...query, after: { values: last.sortValues, key: last.key } });
    return first.length + next.length;
  };

  const sortsOf = layouts.flatMap(({ name, layout }) =>
    layout.sorts.flatMap(({ columns, directions }) =>
      (directions === 'both' ? [false, true] : [directions === 'descending']).map(
        (desc) => [name, columns.map((column): SortColumn => ({ column, desc }))] as const,
      ),
    ),
  );
  test.each(sortsOf)('%s by %j: two pages read about as many rows as they give', async (view, sort) => {
    const wheres: readonly Condition[][] =
      view === 'titles'
        ? [
            [{ column: 'kind', op: 'eq', value: 'movie' }],
            [{ column: 'kind', op: 'in', value: ['movie', 'short'] }],
            [{ column: 'kind', op: 'gte', value: FIRST_ORDINARY_KIND }],
            [],
          ]
        : [[]];
    for (const where of wheres) {
      const cost = await costOf(view, (store) =>
        list(store, view, {
          where,
          sort,
          limit: LIMIT,
          documents: VIEWS.find(({ name }) => name === view)?.layout.documents.slice(0, 1) ?? [],
        }),
      );
      expect(cost, JSON.stringify(where)).toMatchObject({ given: 2 * LIMIT, scans: 0 });
      expect(cost.read, JSON.stringify(where)).toBeLessThan(MOST_READ);
    }
  });

  const movie: Condition = { column: 'kind', op: 'eq', value: 'movie' };
  const filters: readonly Condition[][] = [
    [{ column: 'genre_keys', op: 'has', value: 'genre 20' }],
    [{ column: 'genre_keys', op: 'hasAny', value: ['genre 20', 'genre 21'] }],
    [{ column: 'year', op: 'eq', value: 37 }],
    [{ column: 'rating', op: 'gte', value: 9_900 }],
    [{ column: 'votes', op: 'gte', value: 9_900 }],
    [{ column: 'runtime', op: 'lt', value: 60 }],
    [{ column: 'primary_title', op: 'eq', value: 'primary_title 1501 word77' }],
    [{ column: 'primary_title', op: 'contains', value: 'word77' }],
    [
      { column: 'year', op: 'gte', value: 20 },
      { column: 'year', op: 'lte', value: 22 },
      { column: 'genre_keys', op: 'has', value: 'genre 20' },
    ],
  ];
  test.each(filters)('titles where %j: found by an index, in every order', async (...where) => {
    for (const { columns } of titles.layout.sorts) {
      const sort = columns.map((column): SortColumn => ({ column, desc: true }));
      const cost = await costOf('titles', (store) => list(store, 'titles', { where: [movie, ...where], sort, limit: LIMIT }));
      expect(cost, JSON.stringify(sort)).toMatchObject({ scans: 0 });
    }
    const counted = await costOf('titles', async (store) => (await store.open('titles')).count([movie, ...where]));
    expect(counted).toMatchObject({ scans: 0 });
  });

  test('a title is found by what it is looked up by', async () => {
    const cost = await costOf('titles', async (store) => {
      const reader = await store.open('titles');
      const [by, key, many] = [
        await reader.lookup('tconst', 'tt77', {}),
        await reader.get('id00000077', {}),
        await reader.getMany(['id00000078'], {}),
      ];
      expect([by?.key, key?.key, many[0]?.key]).toEqual(['id00000077', 'id00000077', 'id00000078']);
      return 3;
    });
    expect(cost).toMatchObject({ given: 3, scans: 0 });
    expect(cost.read).toBeLessThanOrEqual(3);
  });
});
