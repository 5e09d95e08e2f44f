/** Builders that die, wait for each other, or are told to stop; and calls that take too long. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type ArtefactLayout, type ArtefactRow, type BatchViewStore, StoreUnavailable } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { noServer, takeSchema, type TestSchema } from '../postgres-access/schemas-for-tests.ts';
import { openPostgresBatchViews } from './index.ts';

const LAYOUT: ArtefactLayout = { key: 'id', columns: { n: 'integer' }, documents: [], lookups: [], sorts: [], filters: [] };

async function* rowsOf(count: number): AsyncGenerator<readonly ArtefactRow[]> {
  yield Array.from({ length: count }, (_, n) => [`id ${n}`, n]);
}

/** Yields rows until it is let go. */
const held = () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  async function* rows(): AsyncGenerator<readonly ArtefactRow[]> {
    yield [['held', 1]];
    begun.resolve();
    await promise;
  }
  return { rows: rows(), begun: begun.promise, letGo: resolve };
};

describe.skipIf(noServer !== undefined)('builders', () => {
  let schema: TestSchema;
  let store: BatchViewStore;
  beforeEach(async () => {
    schema = await takeSchema();
    store = await openPostgresBatchViews(schema.options);
  });
  afterEach(async () => {
    await store.close();
    await schema.drop();
  });

  const tables = async (): Promise<readonly unknown[]> =>
    (
      await schema.execute(
        `SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relkind = 'r' AND relname ~ '^(artefact|removed)_'`,
        [schema.name],
      )
    ).map((row) => row['relname']);
  /** Statements of this schema that the server is at, and those that wait for them, but for this one. */
  const atWork = async (): Promise<readonly unknown[]> =>
    schema.execute(
      `WITH own AS (SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND state <> 'idle' AND query LIKE '%' || $1 || '%')
        SELECT pid, state, query FROM pg_stat_activity WHERE pid IN (SELECT pid FROM own) OR pg_blocking_pids(pid) && ARRAY(SELECT pid FROM own)`,
      [schema.name],
    );
  const soon = { timeout: 10_000 };

  test('one that was killed in the middle leaves nothing, and the next one builds', async () => {
    const child = fork(new URL('./builder-for-tests.ts', import.meta.url), [JSON.stringify(schema.options)], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    await once(child, 'message');
    expect(await store.rowCount('one')).toBeUndefined();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await store.build('one', LAYOUT, rowsOf(10))).toBe(10);
    expect(await tables()).toHaveLength(1);
    expect(await store.verify('one')).toBe('sound');
  });

  test('the second of one name waits, and does not read its rows', async () => {
    const other = await openPostgresBatchViews(schema.options);
    const first = held();
    const building = store.build('one', LAYOUT, first.rows);
    await first.begun;
    let hasRead = false;
    async function* watched(): AsyncGenerator<readonly ArtefactRow[]> {
      hasRead = true;
      yield* rowsOf(5);
    }
    const second = other.build('one', LAYOUT, watched());
    // One of another name does not wait.
    expect(await other.build('two', LAYOUT, rowsOf(3))).toBe(3);
    first.letGo();
    expect(await Promise.all([building, second])).toEqual([1, 1]);
    expect(hasRead).toBe(false);
    await other.close();
  });

  test('one that waits, and one whose source hangs, end when they are told to, and the server is at nothing', async () => {
    const first = held();
    const aborts = [new AbortController(), new AbortController()] as const;
    const building = store.build('one', LAYOUT, first.rows, { signal: aborts[0].signal });
    await first.begun;
    const waiting = store.build('one', LAYOUT, rowsOf(5), { signal: aborts[1].signal });
    await expect.poll(async () => (await atWork()).length, soon).toBe(2);
    aborts[1].abort(new Error('enough of waiting'));
    await expect(waiting).rejects.toThrow('enough of waiting');
    await expect.poll(async () => (await atWork()).length, soon).toBe(1);
    aborts[0].abort(new Error('enough of building'));
    await expect(building).rejects.toThrow('enough of building');
    await expect.poll(atWork, soon).toEqual([]);
    first.letGo();
    expect(await tables()).toEqual([]);
    expect(await store.build('one', LAYOUT, rowsOf(5))).toBe(5);
  });

  test('a count that is told to stop is ended in the server too, and the store goes on', async () => {
    await store.build('one', LAYOUT, rowsOf(10));
    const [found] = await schema.execute(`SELECT number FROM %S%.artefacts`);
    // A row that takes a minute to be read.
    await schema.execute(`ALTER TABLE %S%.artefact_${String(found?.['number'])} RENAME TO was`);
    await schema.execute(
      `CREATE VIEW %S%.artefact_${String(found?.['number'])} AS SELECT id, CASE WHEN pg_sleep(60) IS NULL THEN n ELSE n END AS n FROM %S%.was`,
    );
    const reader = await store.open('one');
    const abort = new AbortController();
    const counting = reader.count([{ column: 'n', op: 'gt', value: 3 }], { signal: abort.signal });
    await expect.poll(async () => (await atWork()).length, soon).toBe(1);
    abort.abort(new Error('enough'));
    await expect(counting).rejects.toThrow('enough');
    await expect.poll(atWork, soon).toEqual([]);
    expect(await store.rowCount('one')).toBe(10);
    const impatient = await openPostgresBatchViews({ ...schema.options, limits: { statementTimeoutMs: 300 } });
    const slow = await impatient.open('one');
    await expect(slow.count([{ column: 'n', op: 'gt', value: 3 }])).rejects.toBeInstanceOf(StoreUnavailable);
    await expect.poll(atWork, soon).toEqual([]);
    await impatient.close();
  });

  test('what somebody reads is removed another time, and its readers are not disturbed', async () => {
    const brief = await openPostgresBatchViews({ ...schema.options, limits: { dropWaitMs: 200 } });
    await store.build('one', LAYOUT, rowsOf(10));
    await store.retire(['one']);
    const [found] = await schema.execute(`SELECT number FROM %S%.artefacts`);
    await schema.execute('BEGIN');
    await schema.execute(`SELECT count(*) FROM %S%.artefact_${String(found?.['number'])}`);
    expect(await brief.dropRetired(0)).toEqual([]);
    expect(await store.rowCount('one')).toBe(10);
    await schema.execute('COMMIT');
    expect(await brief.dropRetired(0)).toEqual(['one']);
    expect(await tables()).toEqual([]);
    await brief.close();
  });

  test('what was replaced while somebody read it is removed another time', async () => {
    const brief = await openPostgresBatchViews({ ...schema.options, limits: { dropWaitMs: 200 } });
    await store.build('one', LAYOUT, rowsOf(10));
    const [found] = await schema.execute(`SELECT number FROM %S%.artefacts`);
    await schema.execute('BEGIN');
    await schema.execute(`SELECT count(*) FROM %S%.artefact_${String(found?.['number'])}`);
    expect(await brief.build('one', LAYOUT, rowsOf(10), { anew: true })).toBe(10);
    await schema.execute('COMMIT');
    expect(await tables()).toHaveLength(2);
    expect(await brief.dropRetired(0)).toEqual([]);
    expect(await tables()).toHaveLength(1);
    expect(await store.verify('one')).toBe('sound');
    await brief.close();
  });

  test('more calls than connections wait for their turn', async () => {
    await store.build('one', LAYOUT, rowsOf(100));
    const reader = await store.open('one');
    const rows = await Promise.all(Array.from({ length: 200 }, (_, n) => reader.get(`id ${n % 100}`, { columns: ['n'] })));
    expect(rows.map((row) => row?.columns[0])).toEqual(Array.from({ length: 200 }, (_, n) => n % 100));
    const [most] = await schema.execute(`SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'rushes'`);
    expect(Number(most?.['n'])).toBeLessThanOrEqual(8);
  });

  test('texts with U+0000 and its neighbors are stored, found, sorted and copied', async () => {
    const layout: ArtefactLayout = {
      key: 'id',
      columns: { title: 'text', tags: 'text_set' },
      documents: ['card'],
      lookups: ['title'],
      sorts: [{ columns: ['title'], directions: 'both' }],
      filters: ['tags', 'title'],
    };
    const texts = ['\0', '\0\0', '\0a', '\u0001', '\u0001\0', '\u0002', '\u0003\u0001', '\u0004', '\\N', '\\.', '\t\n\r\\', '"{}', ''];
    const rows = texts.map((text, n): ArtefactRow => [`id ${text}`, text, n === 0 ? '' : `${text}x\u001f"\\,\0`, text]);
    async function* some(): AsyncGenerator<readonly ArtefactRow[]> {
      yield rows.slice(1);
    }
    async function* rest(): AsyncGenerator<readonly ArtefactRow[]> {
      yield rows.slice(0, 1);
    }
    async function* removed(): AsyncGenerator<readonly string[]> {
      yield [`id ${texts[0]}`];
    }
    await store.build('texts', layout, some());
    await store.build('copy', layout, rest(), { parent: { artefact: 'texts', removedKeys: removed() } });
    const reader = await store.open('copy');
    for (const [n, row] of rows.entries()) {
      expect(await reader.get(`id ${texts[n]}`, { columns: ['title', 'tags'], documents: ['card'] })).toEqual({
        key: row[0],
        columns: [row[1], row[2]],
        documents: [row[3]],
      });
      expect((await reader.lookup('title', String(row[1]), {}))?.key).toBe(row[0]);
      expect(await reader.count([{ column: 'title', op: 'contains', value: String(row[1]) }])).toBe(
        texts.filter((text) => text.includes(String(row[1]))).length,
      );
    }
    expect(await reader.count([{ column: 'tags', op: 'has', value: '"\\,\0' }])).toBe(texts.length - 1);
    const sorted = await reader.list({ where: [], sort: [{ column: 'title', desc: false }], limit: 50 });
    expect(sorted.map(({ sortValues }) => sortValues[0])).toEqual(texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });
});
