/** What a run makes of the events in the log, case by case. */
import { rollback } from '@rushes/batch';
import { partitionOf } from '@rushes/domain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AT, HOUR_MS, openCase, type OpenedCase } from './opened-case.ts';
import { contentOf } from './read-version.ts';
import { changed, junk, movieId, rated, recordOf, reviewed } from './told-events.ts';

let on: OpenedCase;
beforeEach(async () => {
  on = await openCase();
});
afterEach(() => on.close());

describe('duplicates', () => {
  const again = recordOf(rated(1, 8, AT), 'the same');

  test('are told apart over any number of runs within 48 hours', async () => {
    await on.append(again);
    await on.data.run();
    for (const [n, waitHours] of [20, 20, 7].entries()) {
      on.data.clock.nowMs += waitHours * HOUR_MS;
      await on.append(n < 2 ? recordOf(rated(1, 3, AT), `other ${n}`) : again);
      await on.data.run();
    }
    expect(await on.ratingsOf(1)).toMatchObject({ count: 3 });
    expect(await on.told()).toEqual(await on.plain());
  });

  test('of a record in quarantine are duplicates too', async () => {
    await on.append(junk('movie.ratings', 1, 'x'));
    await on.data.run();
    await on.append(junk('movie.ratings', 1, 'x'), junk('movie.ratings', 1, 'y'));
    await on.data.run();
    expect((await on.data.current()).figures).toMatchObject({
      'events.movie.ratings.duplicates': 1,
      'events.movie.ratings.quarantined': 2,
    });
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
    'longer than the least buffer '.repeat(200_000),
  ];

  test('come through as they are, typed or in quarantine', async () => {
    const written = texts.filter((text) => text !== '' && text.length <= 50_000);
    await on.append(...written.map((text, n) => recordOf(reviewed(n, text, AT), `review ${n} ${text.slice(0, 50)}`)));
    await on.append(...texts.map((text, n) => junk('movie.ratings', 1, `junk ${n} ${text.slice(0, 50)}`, text)));
    expect((await on.data.run()).outcome).toBe('published');
    const manifest = await on.data.current();
    const reviews = await on.reader.rows(manifest, 'silver.review_events');
    expect(new Set(reviews.map((row) => row['text']))).toEqual(new Set(written));
    expect(reviews).toHaveLength(written.length);
    expect(reviews.every((row) => row['author'] === 'A "critic"\t\\N')).toBe(true);
    const rejected = await on.reader.rows(manifest, 'silver.event_quarantine', '"offset"');
    expect(rejected.map((row) => row['raw'])).toEqual(texts);
    expect(rejected.map((row) => row['id'])).toEqual(texts.map((text, n) => `junk ${n} ${text.slice(0, 50)}`));
    expect(rejected.every((row) => row['partition'] === partitionOf('movie.ratings', movieId(1)) && row['reason'] !== '')).toBe(true);
  });

  test('with half of a surrogate pair are in quarantine and do not stop a run', async () => {
    await on.append(recordOf(changed(1, 'posted', { title: 'half \ud800 of it' }, AT), 'a'));
    expect((await on.data.run()).outcome).toBe('published');
    expect(await on.reader.rows(await on.data.current(), 'silver.metadata_events')).toEqual([]);
    const [rejected] = await on.reader.rows(await on.data.current(), 'silver.event_quarantine');
    expect(rejected?.['reason']).toContain('surrogate');
  });
});

describe('a run', () => {
  test('without new events shares everything and leaves nothing behind in the archive', async () => {
    await on.append(recordOf(rated(1, 8, AT), 'a'), recordOf(reviewed(1, 'Good.', AT), 'b'), junk('movie.metadata', 1, 'c'));
    await on.data.run();
    const [before, archived] = [await on.data.current(), await on.keys('bronze/log/')];
    const report = await on.data.run();
    expect(report.steps.filter((step) => step.reused === false)).toEqual([]);
    const now = await on.data.current();
    for (const layer of ['silver.', 'keyed.', 'gold.']) expect(contentOf(now, layer)).toEqual(contentOf(before, layer));
    const artefacts = ({ views }: typeof now) => views.map(({ artefact }) => artefact);
    expect(artefacts(now)).toEqual(artefacts(before));
    expect(await on.keys('bronze/log/')).toEqual(archived);
    expect(now.cut).not.toEqual(before.cut);
  });

  test('of one topic touches no view of another', async () => {
    await on.append(recordOf(rated(1, 8, AT), 'a'), recordOf(reviewed(1, 'Good.', AT), 'b'));
    await on.data.run();
    await on.append(recordOf(reviewed(2, 'Bad.', AT), 'c'));
    const { steps } = await on.data.run();
    const anew = steps.filter(({ name, reused }) => name.startsWith('keyed.') && reused === false).map(({ name }) => name);
    expect(anew).toEqual(['keyed.movie_reviews', 'keyed.reviews_by_5m', 'keyed.reviews_by_hour', 'keyed.reviews_by_day']);
  });

  test('after a rollback folds the epochs between again', async () => {
    await on.append(recordOf(rated(1, 8, AT), 'a'));
    await on.data.run();
    await on.append(recordOf(rated(1, 6, AT), 'b'));
    await on.data.run();
    expect(await on.ratingsOf(1)).toMatchObject({ count: 2 });
    await rollback(on.data.stores, 1);
    expect(await on.ratingsOf(1)).toMatchObject({ count: 1 });
    await on.append(recordOf(rated(1, 4, AT), 'c'));
    await on.data.run();
    expect(await on.ratingsOf(1)).toMatchObject({ count: 3, sum_tenths: 180 });
    expect(await on.told()).toEqual(await on.plain());
  });

  test('without a log keeps what its parent had of it', async () => {
    await on.append(recordOf(rated(1, 8, AT), 'a'));
    await on.data.run();
    const before = await on.data.current();
    const { log: _without, ...stores } = on.data.stores;
    for (const full of [false, true]) {
      await on.data.run({ full }, stores);
      const now = await on.data.current();
      expect(now.cut).toEqual(before.cut);
      expect(contentOf(now, 'keyed.')).toEqual(contentOf(before, 'keyed.'));
    }
    await on.append(recordOf(rated(1, 6, AT), 'b'));
    await on.data.run();
    expect(await on.told()).toEqual(await on.plain());
  });

  test.each(['silver/rating_events/', 'keyed/movie_ratings/'])('makes anew what is lost of %s', async (prefix) => {
    await on.append(recordOf(rated(1, 8, AT), 'a'));
    await on.data.run();
    await on.data.stores.objects.delete(await on.keys(prefix));
    await on.append(recordOf(rated(1, 6, AT), 'b'));
    await on.data.run();
    expect(await on.told()).toEqual(await on.plain());
  });

  test('that needs a part of the archive that is lost has it from the log', async () => {
    await on.append(recordOf(rated(1, 8, AT), 'a'));
    await on.data.run();
    await on.data.stores.objects.delete(await on.keys('bronze/log/movie.ratings/'));
    expect((await on.data.run()).outcome).toBe('published');
    expect((await on.data.run({ full: true })).outcome).toBe('published');
    expect(await on.told()).toEqual(await on.plain());
  });

  test.each([
    ['of another definition of a view', 'keyed.movie_ratings'],
    ['of another judgment of events', 'silver.rating_events'],
  ])('takes nothing over from a version %s', async (_, name) => {
    await on.append(recordOf(rated(1, 8, AT), 'a'));
    await on.data.run();
    const first = (await on.data.current()).tables.find((table) => table.name === name);
    await on.append(recordOf(rated(1, 6, AT), 'b'));
    await on.data.run();
    const before = await on.data.current();
    const other = {
      ...before,
      // What another definition would have made of the events: here, less.
      tables: before.tables.map((table) => (table.name === name ? { ...first, derivation: `other ${table.derivation}` } : table)),
    };
    await on.data.stores.objects.put(`manifests/manifest-${before.version}.json`, new TextEncoder().encode(JSON.stringify(other)));
    await on.append(recordOf(rated(1, 4, AT), 'c'));
    expect((await on.data.run()).outcome).toBe('published');
    expect(await on.told()).toEqual(await on.plain());
  });

  test('removes files that no kept version names, and never the archive', async () => {
    await on.append(recordOf(rated(1, 8, AT), 'a'));
    await on.data.run();
    const archived = await on.keys('bronze/log/');
    const [old] = await on.keys('keyed/movie_ratings/');
    await on.append(recordOf(rated(1, 6, AT), 'b'));
    await on.data.run({ keepVersions: 1 }, on.data.stores, undefined, () => new Date(Date.now() + 2 * HOUR_MS));
    expect(await on.keys('keyed/movie_ratings/')).not.toContain(old);
    expect(await on.keys('keyed/movie_ratings/')).toHaveLength(1);
    expect(await on.keys('silver/rating_events/')).toHaveLength(2);
    expect(await on.keys('bronze/log/')).toEqual(expect.arrayContaining([...archived]));
    await on.data.run({ full: true });
    expect(await on.told()).toEqual(await on.plain());
  });
});
