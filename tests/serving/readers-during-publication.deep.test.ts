/** Readers over HTTP while versions are published, rolled back and removed on real stores: each answer is of one version, none fails. */
import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { rollback } from '@rushes/batch';
import { createMetrics, silentLogger } from '@rushes/runtime';
import { type RunningServer, startServing } from '@rushes/serving';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeCatalog } from '../batch/made-up-catalog.ts';
import { type DataFolder, openDataFolder } from '../batch/test-data-folder.ts';

let data: DataFolder;
let server: RunningServer;

beforeEach(async () => {
  data = await openDataFolder();
  server = await startServing(
    { ...data.stores, caches: createMemoryCaches(), rateLimiter: undefined },
    { port: 0, publicationPollMs: 10, responseCacheBytes: 0 },
    { logger: silentLogger, metrics: createMetrics() },
  );
});
afterEach(async () => {
  await server.close();
  await data.close();
});

interface Answer {
  readonly data: readonly { readonly tconst: string; readonly votes: number | null }[];
  readonly meta: { readonly batch: { readonly version: number } };
  readonly next: string | null;
  readonly total?: number;
}

const get = async (path: string): Promise<Answer> => {
  const response = await fetch(new URL(path, server.url));
  expect(response.status).toBe(200);
  return (await response.json()) as Answer; // as: the body's form is checked by what follows
};

/** Version k has this many titles, and every title's votes say which version it is of. */
const titlesOf = (version: number): number => 100 + version * 5;

/** Every fifth title has no rating. */
const ratedOf = (version: number): number => titlesOf(version) * 0.8;

const publish = async (version: number): Promise<void> => {
  const imdb = await writeCatalog(data.path('imdb'), { titles: titlesOf(version), votesOf: () => version });
  expect((await data.run(imdb, { keepVersions: 2 })).outcome).toBe('published');
};

test('answers agree with the version that they name, from the first row to the count', async () => {
  await publish(1);
  await expect.poll(async () => (await fetch(new URL('/health/ready', server.url))).status).toBe(200);
  const written = new AbortController();
  const seen = new Set<number>();
  const reader = async (path: string): Promise<void> => {
    while (!written.signal.aborted) {
      const { data: rows, meta, total } = await get(path);
      const { version } = meta.batch;
      seen.add(version);
      expect(total).toBe(ratedOf(version));
      expect(new Set(rows.map((row) => row.votes))).toEqual(new Set([version]));
    }
  };
  const readers = ['votes', 'title', 'year'].map((sort) =>
    reader(`/movies?type=all&adult=include&rating_gte=1&sort=${sort}&page_size=50&count=true`),
  );
  /** Until a reader was answered from the version: the service may be as slow as it likes to notice a publication. */
  const answeredFrom = async (version: number): Promise<void> => {
    seen.delete(version);
    await expect.poll(() => seen.has(version)).toBe(true);
  };
  const writer = async (): Promise<void> => {
    for (const version of [2, 3, 4]) {
      await publish(version);
      await answeredFrom(version);
    }
    await rollback(data.stores, undefined);
    await answeredFrom(3);
    await rollback(data.stores, 4);
    await answeredFrom(4);
  };
  const writing = writer().finally(() => written.abort());
  await Promise.all([writing, ...readers]);
  expect(seen).toEqual(new Set([1, 2, 3, 4]));
});

test('a cursor goes on after a publication, and no row that stayed is repeated or skipped', async () => {
  await publish(1);
  await expect.poll(async () => (await fetch(new URL('/health/ready', server.url))).status).toBe(200);
  const first = await get('/movies?type=all&adult=include&sort=title&desc=false&page_size=40');
  await publish(2);
  await expect.poll(async () => (await get('/movies')).meta.batch.version).toBe(2);
  const rows = [...first.data];
  for (let next = first.next; next !== null;) {
    const page = await get(next);
    expect(page.meta.batch.version).toBe(2);
    rows.push(...page.data);
    next = page.next;
  }
  const ids = rows.map((row) => row.tconst);
  expect(new Set(ids).size).toBe(ids.length);
  const stayed = Array.from({ length: titlesOf(1) }, (_, n) => `tt${String(n + 1).padStart(7, '0')}`);
  expect(ids).toEqual(expect.arrayContaining(stayed));
});
