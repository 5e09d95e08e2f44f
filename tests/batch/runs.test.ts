import { createServer } from 'node:http';
import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { listVersions, readStatus, rollback } from '@rushes/batch';
import { VIEWS } from '@rushes/views';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { writeCatalog } from './made-up-catalog.ts';
import { type DataFolder, openDataFolder, readEverything } from './test-data-folder.ts';

let data: DataFolder;
let imdb: string;

const CATALOG = { titles: 120 };

beforeEach(async () => {
  data = await openDataFolder(CATALOG);
  imdb = await writeCatalog(data.path('imdb'), CATALOG);
});
afterEach(() => data.close());

const current = async () => (await data.stores.views.currentPublication())?.version;

describe('a run', () => {
  test('publishes a version that names everything it is made of', async () => {
    const fresh = await openDataFolder();
    onTestFinished(() => fresh.close());
    const report = await fresh.run(imdb);
    expect(report.steps.find((step) => step.name === 'gold.titles')?.reused).toBe(false);
    expect(report).toMatchObject({ version: 1, outcome: 'published', publication: 1, absent: [] });
    expect(report.rows).toMatchObject({ 'silver.titles': 120, 'silver.ratings': 96, 'silver.quarantine': 0, 'gold.imdb_titles': 120 });
    expect(report.validation.filter((one) => one.severity === 'error').every((one) => one.passed)).toBe(true);
    expect(report.steps.map((step) => step.name)).toEqual(
      expect.arrayContaining(['bronze.title.basics', 'silver.titles', 'gold.top_movies', 'load views.titles', 'publish']),
    );
    const status = await readStatus(fresh.stores);
    expect(status.published).toMatchObject({ absent: [], quarantinedLines: 0 });
    expect(await readdir(fresh.path('tmp'))).toEqual([]);
  });

  test('over unchanged files computes nothing and shares everything', async () => {
    await data.run(imdb);
    const before = await data.stores.views.currentPublication();
    const report = await data.run(imdb);
    expect(report).toMatchObject({ version: 2, outcome: 'published' });
    expect(report.steps.filter((step) => step.reused === false)).toEqual([]);
    expect((await data.stores.views.currentPublication())?.views).toEqual(before?.views);
  });

  test('after a small change copies what stayed, and readers see the same as after building all of it anew', async () => {
    await data.run(imdb);
    await writeCatalog(imdb, { titles: 124, votesOf: (n) => (n === 11 ? 99_999 : (n * 37) % 2000) });
    await data.run(imdb);
    const [version] = await listVersions(data.stores, 1);
    expect(version?.steps.find((step) => step.name === 'bronze.name.basics')?.reused).toBe(false);
    const manifest: unknown = JSON.parse(await readFile(data.path('lake/manifests/manifest-2.json'), 'utf8'));
    expect(manifest).toMatchObject({
      views: expect.arrayContaining([expect.objectContaining({ name: 'titles', built: 'changed rows', rows: 124 })]),
    });

    const other = await openDataFolder();
    try {
      await other.run(imdb);
      expect(await readEverything(data.stores)).toEqual(await readEverything(other.stores));
    } finally {
      await other.close();
    }
  });

  test('that computes everything anew comes to the same files', async () => {
    await data.run(imdb);
    const before = await data.stores.views.currentPublication();
    const report = await data.run(imdb, { full: true });
    expect(report.steps.find((step) => step.name === 'gold.titles')?.reused).toBe(false);
    expect((await data.stores.views.currentPublication())?.views).toEqual(before?.views);
  });

  test('with only title.basics serves empty credits, and says what is absent', async () => {
    const bare = await writeCatalog(data.path('bare'), {
      titles: 30,
      without: ['title.ratings', 'name.basics', 'title.crew', 'title.principals', 'title.akas', 'title.episode'],
    });
    const report = await data.run(bare);
    expect(report.outcome).toBe('published');
    expect(report.absent).toHaveLength(6);
    expect((await readStatus(data.stores)).published?.absent).toContain('title.principals');
    const views = await readEverything(data.stores);
    expect(views['titles']).toHaveLength(30);
    expect(views['credits']).toEqual([]);
  });
});

describe('a run that must not publish', () => {
  test('is refused when a table shrinks; the old version keeps serving and the alert command is told', async () => {
    await data.run(imdb);
    await writeCatalog(imdb, { titles: 60 });
    const report = await data.run(imdb, { alert: { command: `printf '%s' "$RUSHES_ALERT_MESSAGE" > '${data.path('alert.txt')}'` } });
    expect(report.outcome).toBe('refused');
    expect(report.message).toContain('silver.titles: tables do not shrink: found 60 rows after 120');
    expect(await current()).toBe(1);
    expect(await readFile(data.path('alert.txt'), 'utf8')).toContain('batch run 2 refused');
    expect((await listVersions(data.stores, 5)).map((one) => [one.version, one.outcome, one.current])).toEqual([
      [2, 'refused', false],
      [1, 'published', true],
    ]);
  });

  test('what the alert command writes is its own: it has the umask that the process began with', async () => {
    await data.run(imdb);
    await writeCatalog(imdb, { titles: 60 });
    const before = process.umask(0o077); // as once a data folder is open
    try {
      await data.run(imdb, { alert: { command: `umask > '${data.path('umask.txt')}'` } });
    } finally {
      process.umask(before);
    }
    expect(Number.parseInt(await readFile(data.path('umask.txt'), 'utf8'), 8)).toBe(before);
  });

  test('tells the webhook, and an alert that fails does not fail the run', async () => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        bodies.push(body);
        response.writeHead(500).end();
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    try {
      await writeFile(`${imdb}/title.basics.tsv`, 'tconst\n');
      const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`; // as: a TCP server's address
      await expect(data.run(imdb, { alert: { webhook } })).rejects.toThrow('the header lacks titleType');
      expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ report: { outcome: 'failed', version: 1 } });
    } finally {
      server.close();
    }
  });

  test.each([
    ['a folder that is not there', async () => rm(imdb, { recursive: true }), /the folder of IMDb's files .* does not exist/],
    ['no title.basics', async () => rm(`${imdb}/title.basics.tsv`), /no title\.basics\.tsv or title\.basics\.tsv\.gz/],
    ['a data set twice', async () => writeFile(`${imdb}/title.crew.tsv.gz`, ''), /title\.crew is in .* twice/],
    ['an empty file', async () => writeFile(`${imdb}/title.crew.tsv`, ''), /title\.crew\.tsv is empty/],
    ['another header', async () => writeFile(`${imdb}/title.akas.tsv`, 'a\tb\n'), /title\.akas\.tsv, line 1: the header lacks titleId/],
    [
      'half a gzip file',
      async () => {
        const whole = gzipSync(await readFile(`${imdb}/title.principals.tsv`));
        await rm(`${imdb}/title.principals.tsv`);
        await writeFile(`${imdb}/title.principals.tsv.gz`, whole.subarray(0, whole.length / 2));
      },
      /title\.principals\.tsv\.gz is not a whole gzip file: unexpected end of file/,
    ],
  ])('fails over %s, names the place, and keeps a report', async (_name, damage, message) => {
    await damage();
    await expect(data.run(imdb)).rejects.toThrow(message);
    const [failed] = await listVersions(data.stores, 1);
    expect(failed).toMatchObject({ version: 1, outcome: 'failed' });
    expect(failed?.message).toMatch(message);
    expect(await current()).toBeUndefined();
  });

  test('a bad line does not stop it: the line is in quarantine', async () => {
    await appendFile(`${imdb}/title.ratings.tsv`, 'tt0000001\tgreat\t12\nnot a line at all\n');
    const report = await data.run(imdb);
    expect(report.outcome).toBe('published');
    expect(report.rows['silver.quarantine']).toBe(2);
  });
});

describe('runs that meet', () => {
  /** Stores whose `currentPublication` answers only when `runs` callers have asked: so many runs begin before any can publish. */
  const startTogether = (runs: number) => {
    const first = Promise.withResolvers<void>();
    const all = Promise.withResolvers<void>();
    let asked = 0;
    const stores = {
      ...data.stores,
      views: new Proxy(data.stores.views, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name);
          if (name === 'currentPublication') {
            return async () => {
              const publication = await target.currentPublication();
              asked += 1;
              first.resolve();
              if (asked === runs) all.resolve();
              await all.promise;
              return publication;
            };
          }
          return typeof value === 'function' ? value.bind(target) : value;
        },
      }),
    };
    return { stores, firstBegan: first.promise };
  };

  test('of two that begin together one publishes and the other is superseded', async () => {
    const { stores } = startTogether(2);
    const reports = await Promise.all([data.run(imdb, {}, undefined, stores), data.run(imdb, {}, undefined, stores)]);
    expect(reports.map((report) => report.outcome).toSorted()).toEqual(['published', 'superseded']);
    expect(new Set(reports.map((report) => report.version)).size).toBe(2);
    expect((await data.stores.views.listPublications(10)).map((one) => one.number)).toEqual([1]);
  });

  test('a rollback during a run is not undone by it', async () => {
    await data.run(imdb);
    await data.run(imdb);
    const { stores, firstBegan } = startTogether(2);
    const running = data.run(imdb, {}, undefined, stores);
    await firstBegan;
    const publication = await rollback(data.stores, undefined);
    await stores.views.currentPublication();
    expect((await running).outcome).toBe('superseded');
    expect(publication).toMatchObject({ number: 3, version: 1, reason: 'rollback' });
    expect(await current()).toBe(1);
  });
});

describe('rollback', () => {
  test('publishes an earlier version again, and forward again', async () => {
    await expect(rollback(data.stores, undefined)).rejects.toThrow('nothing was ever published');
    await data.run(imdb);
    await expect(rollback(data.stores, undefined)).rejects.toThrow('there is no version before 1');
    await writeCatalog(imdb, { titles: 130 });
    await data.run(imdb);
    await rollback(data.stores, undefined);
    expect((await readEverything(data.stores))['titles']).toHaveLength(120);
    await rollback(data.stores, 2);
    expect((await readEverything(data.stores))['titles']).toHaveLength(130);
    expect((await data.stores.views.listPublications(10)).map((one) => [one.number, one.version, one.reason])).toEqual([
      [4, 2, 'rollback'],
      [3, 1, 'rollback'],
      [2, 2, 'run'],
      [1, 1, 'run'],
    ]);
    await expect(rollback(data.stores, 2)).rejects.toThrow('version 2 is the current one already');
    await expect(rollback(data.stores, 99)).rejects.toThrow('version 99 was never published');
  });

  test('to a version whose views were removed is refused with the reason', async () => {
    await data.run(imdb, { keepVersions: 1 });
    await writeCatalog(imdb, { titles: 130 });
    await data.run(imdb, { keepVersions: 1 });
    await data.stores.views.dropRetired(0);
    await expect(rollback(data.stores, 1)).rejects.toThrow(/the views of version 1 were removed/);
    expect(await current()).toBe(2);
  });

  test('to a version that was just retired takes its views into use again: a later run does not remove them', async () => {
    await data.run(imdb, { keepVersions: 1 });
    const first = await readEverything(data.stores);
    await writeCatalog(imdb, { titles: 130 });
    await data.run(imdb, { keepVersions: 1 });
    expect(await data.stores.views.listArtefacts()).toHaveLength(VIEWS.length);
    await rollback(data.stores, 1);
    await data.stores.views.dropRetired(0);
    expect(await readEverything(data.stores)).toEqual(first);
  });
});
