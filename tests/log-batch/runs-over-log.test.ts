/** What a run does with the log, case by case. */
import { archivedUpTo, rollback } from '@rushes/batch';
import { offsetAt, PARTITIONS, partitionOf } from '@rushes/domain';
import type { EventLog, ObjectStore } from '@rushes/ports';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeCatalog } from '../batch/made-up-catalog.ts';
import { type LoggedFolder, openLoggedFolder } from './logged-folder.ts';
import { plainFold } from './plain-fold.ts';
import { contentOf, openVersionReader, type VersionReader } from './read-version.ts';
import { added, changed, junk, movieId, rated, recordOf, reviewed } from './told-events.ts';

const HOUR_MS = 3_600_000;
const AT = '2025-12-31T12:00:00.000Z';

let data: LoggedFolder;
let reader: VersionReader;
beforeEach(async () => {
  data = await openLoggedFolder();
  reader = await openVersionReader(data.stores.objects, data.root);
});
afterEach(async () => {
  await reader.close();
  await data.close();
});

const append = (...records: Parameters<EventLog['append']>[0]) => data.stores.log.append(records);
const ratingsOf = async (movie: number) => (await reader.keyed(await data.current()))['movie_ratings']?.[movieId(movie)];
const keys = async (prefix: string): Promise<readonly string[]> => {
  const found: string[] = [];
  for await (const { key } of data.stores.objects.list(prefix)) found.push(key);
  return found;
};
/** The current version says what a plain fold of the log says. */
const expectPlain = async (): Promise<void> => {
  const manifest = await data.current();
  expect(await reader.keyed(manifest)).toEqual((await plainFold(data.stores.log, manifest.cut)).views);
};

describe('duplicates', () => {
  const again = recordOf(rated(1, 8, AT), 'the same');

  test('are told apart across runs, by the last occurrence, for 48 hours', async () => {
    const counts: unknown[] = [];
    for (const waitHours of [0, 47, 2, 48, 49, 1]) {
      data.clock.nowMs += waitHours * HOUR_MS;
      await append(again);
      await data.run();
      counts.push((await ratingsOf(1))?.['count']);
    }
    expect(counts).toEqual([1, 1, 1, 1, 2, 2]);
    await expectPlain();
    await data.run({ full: true });
    expect((await data.current()).figures).toMatchObject({ 'events.movie.ratings.archived': 6, 'events.movie.ratings.duplicates': 4 });
  });

  test('of a record in quarantine are duplicates too', async () => {
    await append(junk('movie.ratings', 1, 'x'));
    await data.run();
    await append(junk('movie.ratings', 1, 'x'), junk('movie.ratings', 1, 'y'));
    await data.run();
    expect((await data.current()).figures).toMatchObject({ 'events.movie.ratings.duplicates': 1, 'events.movie.ratings.quarantined': 2 });
  });
});

describe('texts', () => {
  const texts = [
    '\\N',
    'NULL',
    '',
    'tab\tline\nreturn\rquote"\'\\',
    '\u0000\u001e\u001f\u007f\u2028',
    '😀é',
    'ü'.repeat(50_000),
    '{"a":[1]}',
  ];

  test('come through as they are, typed or in quarantine', async () => {
    const written = texts.filter((text) => text !== '');
    await append(...written.map((text, n) => recordOf(reviewed(n, text, AT), `review ${n} ${text.slice(0, 50)}`)));
    await append(...texts.map((text, n) => junk('movie.ratings', 1, `junk ${n} ${text.slice(0, 50)}`, text)));
    expect((await data.run()).outcome).toBe('published');
    const manifest = await data.current();
    const reviews = await reader.rows(manifest, 'silver.review_events');
    expect(reviews.map((row) => row['text']).toSorted()).toEqual(written.toSorted());
    expect(reviews.every((row) => row['author'] === 'A "critic"\t\\N')).toBe(true);
    const rejected = await reader.rows(manifest, 'silver.event_quarantine', '"offset"');
    expect(rejected.map((row) => row['raw'])).toEqual(texts);
    expect(rejected.map((row) => row['id'])).toEqual(texts.map((text, n) => `junk ${n} ${text.slice(0, 50)}`));
    expect(rejected.every((row) => row['partition'] === partitionOf('movie.ratings', movieId(1)) && row['reason'] !== '')).toBe(true);
  });

  test('with half of a surrogate pair do not stop a run', async () => {
    await append(recordOf(changed(1, 'posted', { title: 'half \ud800 of it' }, AT), 'a'));
    expect((await data.run()).outcome).toBe('published');
    expect(await reader.rows(await data.current(), 'silver.metadata_events')).toMatchObject([{ title: 'half \ufffd of it' }]);
  });
});

describe('barriers', () => {
  test('a run behind a higher barrier is superseded, but what it read is archived, and the next run goes above', async () => {
    await append(recordOf(rated(1, 8, AT), 'a'));
    const log: EventLog = {
      ...data.stores.log,
      appendBarrier: async (number) => {
        await data.stores.log.appendBarrier(number + 5);
        await data.stores.log.appendBarrier(number);
      },
    };
    const report = await data.run({}, { ...data.stores, log });
    expect(report).toMatchObject({ version: 1, outcome: 'superseded' });
    expect(report.message).toContain('run 6 began meanwhile');
    expect(await data.stores.views.currentPublication()).toBeUndefined();
    const partition = partitionOf('movie.ratings', movieId(1));
    expect(offsetAt(await archivedUpTo(data.stores), partition)).toBe(2);
    expect(await data.run()).toMatchObject({ version: 7, outcome: 'published' });
    expect(await ratingsOf(1)).toMatchObject({ count: 1 });
  });

  test('the first barrier of the run counts, wherever its own append says it went', async () => {
    const log: EventLog = {
      ...data.stores.log,
      appendBarrier: async (number) => {
        await data.stores.log.appendBarrier(number);
        await append(recordOf(rated(1, 8, AT), 'behind the barrier'));
        await data.stores.log.appendBarrier(number);
        throw new Error('no answer came');
      },
    };
    expect((await data.run({}, { ...data.stores, log })).outcome).toBe('published');
    expect(await ratingsOf(1)).toBeUndefined();
    await data.run();
    await expectPlain();
  });

  test('a barrier that is missing from a partition ends the run; the next one covers everything', async () => {
    await append(recordOf(rated(1, 8, AT), 'a'));
    const log: EventLog = { ...data.stores.log, appendBarrier: () => Promise.reject(new Error('the log is away')) };
    await expect(data.run({}, { ...data.stores, log })).rejects.toThrow('barrier 1 is not in movie.metadata/0');
    expect((await data.run()).version).toBe(2);
    await expectPlain();
  });
});

describe('the archive', () => {
  test('lands whatever becomes of the run', async () => {
    await data.run();
    await writeCatalog(data.imdb, { titles: 3 });
    await append(recordOf(rated(1, 8, AT), 'a'));
    const partition = partitionOf('movie.ratings', movieId(1));
    expect((await data.run()).outcome).toBe('refused');
    expect(offsetAt(await archivedUpTo(data.stores), partition)).toBe(2);
    await writeCatalog(data.imdb, { titles: 30 });
    await data.run();
    await expectPlain();
  });

  test('runs that land at once archive everything once', async () => {
    const both = Promise.withResolvers<void>();
    let waiting = 0;
    const objects: ObjectStore = new Proxy(data.stores.objects, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (name !== 'putIfAbsent') return typeof value === 'function' ? value.bind(target) : value;
        return async (key: string, body: Uint8Array) => {
          if (key.includes('landing-')) {
            waiting += 1;
            if (waiting === 1) {
              // The other run's barrier stands further on.
              await append(recordOf(rated(2, 3, AT), 'b'), recordOf(added(3, 'tmdb', 'New', AT), 'c'));
              other.resolve(data.run({}, { ...data.stores, objects }));
            } else both.resolve();
            await both.promise;
          }
          return target.putIfAbsent(key, body);
        };
      },
    });
    const other = Promise.withResolvers<Awaited<ReturnType<LoggedFolder['run']>>>();
    await append(recordOf(rated(1, 8, AT), 'a'), recordOf(reviewed(1, 'Good.', AT), 'd'));
    const reports = await Promise.all([data.run({}, { ...data.stores, objects }), other.promise]);
    expect(reports.map(({ outcome }) => outcome).toSorted()).toEqual(['published', 'superseded']);
    await append(recordOf(rated(1, 2, AT), 'e'));
    await data.run({ full: true });
    await expectPlain();
    expect((await data.current()).validation.filter(({ passed, severity }) => !passed && severity === 'error')).toEqual([]);
  });

  test('what was trimmed before it landed is a gap that every version tells of', async () => {
    await append(recordOf(rated(1, 8, AT), 'a'), recordOf(rated(1, 6, AT), 'b'));
    data.clock.nowMs += 100 * HOUR_MS;
    await append(recordOf(rated(1, 4, AT), 'c'));
    await data.stores.log.trim(Object.fromEntries(PARTITIONS.map((partition) => [partition, 1000])));
    for (const full of [false, false, true]) {
      expect((await data.run({ full })).outcome).toBe('published');
      const told = (await data.current()).validation.filter(({ table }) => table === 'bronze.log');
      expect(told).toMatchObject([{ severity: 'warning', passed: false }]);
      expect(told[0]?.observed).toBe(`${partitionOf('movie.ratings', movieId(1))} was trimmed: offsets 0 to 1 are gone`);
      expect(await ratingsOf(1)).toMatchObject({ count: 1, sum_tenths: 40 });
    }
  });

  test('the log may forget what is archived', async () => {
    await append(recordOf(rated(1, 8, AT), 'a'), recordOf(added(2, 'posted', 'New', AT), 'b'));
    await data.run();
    const before = contentOf(await data.current(), 'keyed.');
    data.clock.nowMs += 100 * HOUR_MS;
    expect(await data.stores.log.trim(await archivedUpTo(data.stores))).toBe(2);
    await data.run({ full: true });
    expect(contentOf(await data.current(), 'keyed.')).toEqual(before);
    await append(recordOf(rated(1, 2, AT), 'c'));
    await data.run();
    expect(await ratingsOf(1)).toMatchObject({ count: 2, sum_tenths: 100, histogram: expect.any(Array) });
    expect((await data.current()).validation.filter(({ table }) => table === 'bronze.log')).toEqual([]);
  });

  test('another log in the place of the one that was read is refused', async () => {
    await append(recordOf(rated(1, 8, AT), 'a'), recordOf(rated(1, 7, AT), 'b'));
    await data.run();
    const other = await openLoggedFolder();
    await expect(data.run({}, { ...data.stores, log: other.stores.log })).rejects.toThrow('it is another log');
    await other.close();
  });
});

describe('a run', () => {
  test('without new events shares everything and leaves nothing behind in the archive', async () => {
    await append(recordOf(rated(1, 8, AT), 'a'), recordOf(reviewed(1, 'Good.', AT), 'b'), junk('movie.metadata', 1, 'c'));
    await data.run();
    const [before, archived] = [await data.current(), await keys('bronze/log/')];
    const report = await data.run();
    expect(report.steps.filter((step) => step.reused === false)).toEqual([]);
    const now = await data.current();
    for (const layer of ['silver.', 'keyed.', 'gold.', 'views.']) expect(contentOf(now, layer)).toEqual(contentOf(before, layer));
    expect(await keys('bronze/log/')).toEqual(archived);
    expect(now.cut).not.toEqual(before.cut);
  });

  test('of one topic touches no view of another', async () => {
    await append(recordOf(rated(1, 8, AT), 'a'), recordOf(reviewed(1, 'Good.', AT), 'b'));
    await data.run();
    await append(recordOf(reviewed(2, 'Bad.', AT), 'c'));
    const { steps } = await data.run();
    const anew = steps.filter(({ name, reused }) => name.startsWith('keyed.') && reused === false).map(({ name }) => name);
    expect(anew).toEqual(['keyed.movie_reviews', 'keyed.reviews_by_5m', 'keyed.reviews_by_hour', 'keyed.reviews_by_day']);
  });

  test('after a rollback folds the epochs between again', async () => {
    await append(recordOf(rated(1, 8, AT), 'a'));
    await data.run();
    await append(recordOf(rated(1, 6, AT), 'b'));
    await data.run();
    expect(await ratingsOf(1)).toMatchObject({ count: 2 });
    await rollback(data.stores, 1);
    expect(await ratingsOf(1)).toMatchObject({ count: 1 });
    await append(recordOf(rated(1, 4, AT), 'c'));
    await data.run();
    expect(await ratingsOf(1)).toMatchObject({ count: 3, sum_tenths: 180 });
    await expectPlain();
  });

  test('without a log keeps what its parent had of it', async () => {
    await append(recordOf(rated(1, 8, AT), 'a'));
    await data.run();
    const before = await data.current();
    const { objects, views } = data.stores;
    for (const full of [false, true]) {
      await data.run({ full }, { objects, views });
      const now = await data.current();
      expect(now.cut).toEqual(before.cut);
      expect(contentOf(now, 'keyed.')).toEqual(contentOf(before, 'keyed.'));
    }
    await append(recordOf(rated(1, 6, AT), 'b'));
    await data.run();
    await expectPlain();
  });

  test.each(['silver/rating_events/', 'keyed/movie_ratings/'])('makes anew what is lost of %s', async (prefix) => {
    await append(recordOf(rated(1, 8, AT), 'a'));
    await data.run();
    for (const key of await keys(prefix)) await data.stores.objects.delete(key);
    await append(recordOf(rated(1, 6, AT), 'b'));
    await data.run();
    await expectPlain();
  });

  test('that needs a part of the archive that is lost names it', async () => {
    await append(recordOf(rated(1, 8, AT), 'a'));
    await data.run();
    for (const key of await keys('bronze/log/movie.ratings/')) await data.stores.objects.delete(key);
    expect((await data.run()).outcome).toBe('published');
    await expect(data.run({ full: true })).rejects.toThrow(/archive in .* lacks bronze\/log\/movie\.ratings\//);
  });

  test.each([
    ['of another definition of a view', 'keyed.movie_ratings'],
    ['of another judgment of events', 'silver.rating_events'],
  ])('takes nothing over from a version %s', async (_, name) => {
    await append(recordOf(rated(1, 8, AT), 'a'));
    await data.run();
    const before = await data.current();
    const other = {
      ...before,
      tables: before.tables.map((table) =>
        table.name === name ? { ...table, derivation: `other ${table.derivation}`, rows: 0, files: [] } : table,
      ),
    };
    await data.stores.objects.put(`manifests/manifest-${before.version}.json`, new TextEncoder().encode(JSON.stringify(other)));
    await append(recordOf(rated(1, 6, AT), 'b'));
    await data.run();
    await expectPlain();
  });

  test('removes files that no kept version names, and never the archive', async () => {
    await append(recordOf(rated(1, 8, AT), 'a'));
    await data.run();
    const archived = await keys('bronze/log/');
    const [old] = await keys('keyed/movie_ratings/');
    await append(recordOf(rated(1, 6, AT), 'b'));
    await data.run({ keepVersions: 1 }, data.stores, undefined, () => new Date(Date.now() + 2 * HOUR_MS));
    expect(await keys('keyed/movie_ratings/')).not.toContain(old);
    expect(await keys('keyed/movie_ratings/')).toHaveLength(1);
    expect(await keys('silver/rating_events/')).toHaveLength(2);
    expect(await keys('bronze/log/')).toEqual(expect.arrayContaining([...archived]));
    await data.run({ full: true });
    await expectPlain();
  });
});
