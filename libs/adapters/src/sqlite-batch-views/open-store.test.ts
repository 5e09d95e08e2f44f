import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { type ArtefactLayout, type ArtefactRow, type BatchViewStore, type Condition, type Publication, SET_SEPARATOR } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { artefactReader, openThreads } from './artefact-reader.ts';
import { openSqliteBatchViews } from './index.ts';

const layout: ArtefactLayout = {
  key: 'id',
  columns: { kind: 'text', code: 'text', name: 'text', n: 'integer', genres: 'text_set' },
  documents: ['doc'],
  lookups: ['code'],
  partition: 'kind',
  sorts: [{ columns: ['n'], directions: 'both' }],
  filters: ['kind', 'genres', 'n'],
};

const row = (n: number): ArtefactRow => [
  `id ${String(n).padStart(6, '0')}`,
  n % 10 === 0 ? 'short' : 'film',
  `code ${n}`,
  n % 5_000 === 0 ? 'needle' : `name ${n}`,
  n % 97,
  [`g${n % 60}`, 'every'].join(SET_SEPARATOR),
  `{"n":${n}}`,
];

/** Enough that reading all of them is not for the calling thread. */
const MANY = 12_000;
const many = Array.from({ length: MANY }, (_, n) => row(n));

async function* batches<Item>(items: readonly Item[], size = 1_000): AsyncGenerator<readonly Item[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

const publication = (number: number): Publication => ({
  number,
  version: number,
  manifest: 'm',
  views: {},
  cut: {},
  cutAt: '2026-01-01T00:00:00Z',
  publishedAt: '2026-01-01T00:00:00Z',
  reason: 'run',
});

/** Without the seals of builds: several, where builders race. */
const filesIn = async (folder: string): Promise<readonly string[]> => (await readdir(folder)).filter((name) => !name.endsWith('.seal'));

const source = JSON.stringify(new URL('./index.ts', import.meta.url).href);

/** Runs a script in a process of its own; it finds `store` open in the folder, and prints a JSON value. */
const inProcess = async (folder: string, script: string): Promise<unknown> => {
  const whole = `const { openSqliteBatchViews } = await import(${source}); const store = await openSqliteBatchViews(process.argv[1]); ${script}; await store.close();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', whole, folder]);
  return JSON.parse(stdout);
};

describe('batch views in SQLite files', () => {
  let folder: string;
  const opened: BatchViewStore[] = [];
  const open = async (options?: Parameters<typeof openSqliteBatchViews>[1]): Promise<BatchViewStore> => {
    const store = await openSqliteBatchViews(folder, options);
    opened.push(store);
    return store;
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sqlite-batch-views-'));
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('long reads are for another thread, short ones are not', async () => {
    const store = await open({ scanThreads: 1 });
    await store.build('many', layout, batches(many));
    const path = join(folder, 'many.sqlite');
    const real = openThreads(1);
    const sent: string[] = [];
    const reader = artefactReader(path, {
      ...real,
      list: (task) => {
        sent.push('list');
        return real.list(task);
      },
      count: (task) => {
        sent.push('count');
        return real.count(task);
      },
    });
    const needle: Condition = { column: 'name', op: 'contains', value: 'needle' };
    const film: Condition = { column: 'kind', op: 'eq', value: 'film' };
    expect(await reader.count([needle])).toBe(3);
    expect(sent).toEqual(['count']);
    expect(await reader.list({ where: [needle], sort: [{ column: 'n', desc: true }], limit: 10 })).toMatchObject([
      { key: 'id 005000' },
      { key: 'id 010000' },
      { key: 'id 000000' },
    ]);
    expect(sent).toEqual(['count', 'list']);
    expect(await reader.list({ where: [], sort: [{ column: 'name', desc: true }], limit: 2 })).toMatchObject([
      { key: 'id 000000' },
      { key: 'id 005000' },
    ]);
    expect(sent).toEqual(['count', 'list', 'list']);
    await reader.list({ where: [film, { column: 'genres', op: 'has', value: 'g7' }], sort: [{ column: 'n', desc: true }], limit: 10 });
    await reader.list({ where: [], sort: [{ column: 'n', desc: false }], limit: 100 });
    await reader.count([film]);
    await reader.getMany(['id 000001'], {});
    expect(sent).toEqual(['count', 'list', 'list']);
    await reader.close();
    await real.close();
  });

  test('long reads of a dropped artefact are answered from the file that is still open', async () => {
    const store = await open();
    await store.build('many', layout, batches(many));
    const reader = await store.open('many');
    await store.retire(['many']);
    await store.dropRetired(0);
    expect(await reader.count([{ column: 'name', op: 'contains', value: 'needle' }])).toBe(3);
    expect(await reader.list({ where: [], sort: [{ column: 'name', desc: true }], limit: 3 })).toHaveLength(3);
    await reader.close();
  });

  test('rows may come in any order, many of them too', async () => {
    const store = await open();
    await store.build('sorted', layout, batches(many));
    await store.build('unsorted', layout, batches(many.toReversed()));
    const [sorted, unsorted] = await Promise.all([store.open('sorted'), store.open('unsorted')]);
    const queries = [
      { where: [], sort: [{ column: 'n', desc: true }], limit: 500, columns: ['name', 'genres'], documents: ['doc'] },
      { where: [{ column: 'genres', op: 'has', value: 'g59' }], sort: [], limit: 500 },
      { where: [{ column: 'genres', op: 'has', value: 'g3' }], sort: [{ column: 'n', desc: false }], limit: 500 },
    ] as const;
    for (const query of queries) expect(await unsorted.list(query)).toEqual(await sorted.list(query));
    expect((await unsorted.list({ where: [], sort: [], limit: 1 }))[0]?.key).toBe('id 000000');
    await Promise.all([sorted.close(), unsorted.close()]);
  });

  test('a fault that another thread finds is told as it is here', async () => {
    const store = await open();
    const repeated = [...many, row(7)];
    await expect(store.build('many', layout, batches(repeated))).rejects.toMatchObject({
      name: 'ArtefactFaultError',
      message: /many.*two rows have the key id 000007/,
    });
    const code = [...many, ['id 999999', ...row(7).slice(1)]];
    await expect(store.build('many', layout, batches(code))).rejects.toThrow(/"code 7" in the column code/);
    expect(await readdir(folder)).toEqual([]);
  });

  test('of racing processes one publishes each number, and one artefact is left of their builds', async () => {
    const script = `
      const layout = ${JSON.stringify(layout)};
      async function* rows() { for (let n = 0; n < 50; n++) yield [['id ' + (100 + n), 'film', null, 'name', n, null, '{}']]; }
      const built = await store.build('raced', layout, rows());
      const won = [];
      for (let number = 1; number <= 20; number++) {
        const inserted = await store.insertPublication({ number, version: process.pid, manifest: 'm', views: {}, cutAt: '', publishedAt: '', reason: 'run' });
        if (inserted) won.push(number);
      }
      console.log(JSON.stringify({ built, won, pid: process.pid }));
    `;
    const racers = (await Promise.all([1, 2, 3].map(() => inProcess(folder, script)))) as { built: number; won: number[]; pid: number }[]; // as: printed by the script
    expect(racers.map(({ built }) => built)).toEqual([50, 50, 50]);
    expect(racers.flatMap(({ won }) => won).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    const store = await open();
    for (const { number, version } of await store.listPublications(100)) {
      expect(racers.find(({ won }) => won.includes(number))?.pid).toBe(version);
    }
    expect((await filesIn(folder)).toSorted()).toEqual(['publications.sqlite', 'raced.sqlite']);
  });

  test('what a killed build left is invisible, and removed by the next who opens the folder for writing', async () => {
    const script = `
      async function* rows() { yield [['a', null, null, null, 1, null, null]]; process.kill(process.pid, 'SIGKILL'); yield []; }
      await store.build('killed', ${JSON.stringify(layout)}, rows())
    `;
    await expect(inProcess(folder, script)).rejects.toMatchObject({ signal: 'SIGKILL' });
    expect(await readdir(folder)).toHaveLength(1);
    const reading = await open({ readOnly: true });
    expect(await reading.listArtefacts()).toEqual([]);
    expect(await reading.rowCount('killed')).toBeUndefined();
    expect(await readdir(folder)).toHaveLength(1);
    await open();
    expect(await readdir(folder)).toEqual([]);
  });

  test('what others may still be writing is left alone', async () => {
    const host = hostname().replaceAll(/[^A-Za-z0-9]/g, '_');
    const names = [`.a.${host}.${process.ppid}.x.writing`, '.a.another_host.1.x.writing', '.a.old_host.1.x.writing', 'notes.txt'];
    for (const name of names) await writeFile(join(folder, name), '');
    const dayOld = new Date(Date.now() - 25 * 3_600_000);
    await utimes(join(folder, '.a.old_host.1.x.writing'), dayOld, dayOld);
    await open();
    expect((await readdir(folder)).toSorted()).toEqual([names[0], names[1], names[3]].toSorted());
  });

  test('read-only, it makes nothing and changes nothing', async () => {
    const missing = join(folder, 'not', 'there');
    const store = await openSqliteBatchViews(missing, { readOnly: true });
    opened.push(store);
    expect(await store.listArtefacts()).toEqual([]);
    expect(await store.currentPublication()).toBeUndefined();
    await expect(store.build('a', layout, batches([]))).rejects.toThrow(/read-only/);
    for (const attempt of [store.retire(['a']), store.revive(['a']), store.dropRetired(0)])
      await expect(attempt).rejects.toThrow(/read-only/);
    await expect(store.insertPublication(publication(1))).rejects.toThrow(/read-only/);
    await expect(stat(missing)).rejects.toThrow(/ENOENT/);
  });

  test('read-only, it sees what others publish later', async () => {
    const reading = await open({ readOnly: true });
    expect(await reading.currentPublication()).toBeUndefined();
    const writing = await open();
    await writing.insertPublication(publication(1));
    expect(await reading.currentPublication()).toEqual(publication(1));
    await writing.insertPublication(publication(2));
    expect(await reading.currentPublication()).toEqual(publication(2));
  });

  test('a publication that a dying process had half written is as if it had never been', async () => {
    const writing = await open();
    await writing.insertPublication(publication(1));
    const elsewhere = join(folder, 'crashed');
    const dying = new DatabaseSync(join(folder, 'publications.sqlite'));
    // with next to no cache, pages reach the file before the commit does
    dying.exec("PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE publications SET body = 'half'");
    for (let n = 0; n < 50; n++) dying.prepare('INSERT INTO publications VALUES (?, ?)').run(100 + n, 'x'.repeat(5_000));
    await openSqliteBatchViews(elsewhere).then((store) => store.close());
    for (const file of ['publications.sqlite', 'publications.sqlite-journal']) await copyFile(join(folder, file), join(elsewhere, file));
    dying.close();
    const store = await openSqliteBatchViews(elsewhere, { readOnly: true });
    opened.push(store);
    expect(await store.listPublications(10)).toEqual([publication(1)]);
  });

  test('a copy needs a parent of its own layout', async () => {
    const store = await open();
    await store.build('parent', layout, batches(many.slice(0, 10)));
    const other = { ...layout, filters: ['n'] };
    const parent = { artefact: 'parent', removedKeys: batches<string>([]) };
    await expect(store.build('child', other, batches([]), { parent })).rejects.toThrow(/another layout: build it whole/);
    expect(await filesIn(folder)).toEqual(['parent.sqlite']);
  });
});
