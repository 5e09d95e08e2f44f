import { titleIdOf, type Tconst } from '@rushes/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openFileSource, type SourceItem } from '@rushes/speed';

import { type IngestFolder, openIngestFolder, RATINGS_HEADER, ratingLines, ratingsFile } from './ingest-folder.ts';

let folder: IngestFolder;
beforeAll(async () => void (folder = await openIngestFolder()));
afterAll(() => folder.remove());

const itemsOf = async (path: string, options: Parameters<typeof openFileSource>[1] = {}, after = 0): Promise<readonly SourceItem[]> => {
  const source = await openFileSource(path, options);
  const items: SourceItem[] = [];
  for await (const item of source.items(after)) items.push(item);
  return items;
};
const faultsOf = (items: readonly SourceItem[]): readonly (string | undefined)[] =>
  items.map((item) => ('fault' in item ? item.fault : undefined));

const movie = titleIdOf('tt2171847' as Tconst); // as: the form of one

describe("MovieTweetings' ratings", () => {
  test('are ratings given, at their time', async () => {
    const path = await folder.write('tweets.tsv', `${RATINGS_HEADER}\n1362062307\ttt2171847\t12439\t6\n`);
    const [item, ...more] = await itemsOf(path, { name: 'tweets' });
    expect(more).toEqual([]);
    expect(item).toEqual({
      line: 2,
      text: '1362062307\ttt2171847\t12439\t6',
      id: 'tweets:2',
      hasOwnId: false,
      atMs: 1_362_062_307_000,
      event: {
        type: 'rating_given',
        version: 1,
        payload: { movie_id: movie, score: 6, user: '12439', at: '2013-02-28T14:38:27.000Z' },
      },
    });
  });

  test.each([
    ['1362062307\ttt2171847\t1\t0', /^rating "0" is not a whole number from 1 to 10$/],
    ['1362062307\ttt2171847\t1\t11', /^rating "11"/],
    ['1362062307\ttt2171847\t1\t7.5', /^rating "7\.5"/],
    ['1362062307\ttt2171847\t1\t', /^rating ""/],
    ['1362062307\t2171847\t1\t5', /^tconst "2171847" is no title id$/],
    ['soon\ttt2171847\t1\t5', /^timestamp "soon" is no time in seconds$/],
    ['999999999999999999\ttt2171847\t1\t5', /^timestamp/],
    ['1362062307\ttt2171847\t1', /^3 fields instead of 4$/],
    ['1362062307\ttt2171847\t1\t5\t5', /^5 fields instead of 4$/],
  ])('%j is a fault', async (line, reason) => {
    const items = await itemsOf(await folder.write('one.tsv', ratingsFile([line])));
    expect(faultsOf(items)).toEqual([expect.stringMatching(reason)]);
    expect(items[0]).toMatchObject({ line: 2, text: line });
  });

  test('columns may come in another order, with further ones, as gzip and with any line ends; empty lines are none', async () => {
    const text = 'rating\textra\tuserId\ttconst\ttimestamp\r\n6\tx\t12439\ttt2171847\t1362062307\r\n\r\n';
    const [item, ...more] = await itemsOf(await folder.writeGzip('odd.gz', text));
    expect(more).toEqual([]);
    expect(item).toMatchObject({ line: 2, event: { payload: { score: 6, user: '12439', movie_id: movie } } });
  });
});

describe("IMDb's ratings", () => {
  const HEADER = 'tconst\taverageRating\tnumVotes';

  test('are ratings observed when the file was made, or when it is said to be', async () => {
    const path = await folder.write('title.ratings.tsv', `${HEADER}\ntt2171847\t5.3\t46\n`);
    const atMs = Date.UTC(2026, 0, 1);
    const [item] = await itemsOf(path, { name: 'imdb', atMs });
    expect(item).toMatchObject({
      id: 'imdb:2',
      atMs,
      event: {
        type: 'rating_observed',
        payload: { movie_id: movie, source: 'imdb', average: 5.3, votes: 46, popularity: null, at: '2026-01-01T00:00:00.000Z' },
      },
    });
    const [unsaid] = await itemsOf(path);
    expect(unsaid !== undefined && 'event' in unsaid && Math.abs(unsaid.atMs - Date.now())).toBeLessThan(60_000);
  });

  test.each([
    ['tt1\t5.3\t46', /^tconst "tt1"/],
    ['tt2171847\t\\N\t46', /^averageRating/],
    ['tt2171847\t5.3\t-1', /^numVotes/],
    ['tt2171847\t5.3', /^2 fields instead of 3$/],
    ['tt2171847\t0.0\t9', /^averageRating "0\.0" is not between 1\.0 and 10\.0 in tenths$/],
    ['tt2171847\t5.35\t9', /^averageRating/],
    ['tt2171847\t10.1\t9', /^averageRating/],
    ['tt2171847\t5.3\t1234567890', /^numVotes/],
  ])('%j is a fault', async (line, reason) => {
    expect(faultsOf(await itemsOf(await folder.write('bad.tsv', `${HEADER}\n${line}\n`)))).toEqual([expect.stringMatching(reason)]);
  });
});

describe('JSON lines', () => {
  test('are events as they stand, with the id of the source where it has one', async () => {
    const payload = { movie_id: movie, score: 7.5, user: null, at: '2026-01-01T00:00:00Z' };
    const event = { type: 'rating_given', version: 1, payload };
    const text = [{ ...event }, { ...event, id: 'own 1', more: true }].map((one) => `${JSON.stringify(one)}\n`).join('');
    const [first, second] = await itemsOf(await folder.write('events.jsonl', text), { name: 'file' });
    expect(first).toMatchObject({ line: 1, id: 'file:1', atMs: Date.UTC(2026, 0, 1), event });
    expect(second).toMatchObject({ line: 2, id: 'file/own 1', event });
  });

  test.each([
    ['{"type"', /^not JSON: /],
    ['[]', /^not a JSON object$/],
    ['7', /^not a JSON object$/],
    ['{"type":"rating_given","id":""}', /^id is not a text/],
    ['{"type":"rating_given","id":7}', /^id is not a text/],
    [`{"id":"${'x'.repeat(201)}"}`, /^id is not a text/],
    ['{"id":"\\ud800"}', /^id is not a text/],
  ])('%j is a fault', async (line, reason) => {
    expect(faultsOf(await itemsOf(await folder.write('bad.jsonl', `${line}\n`)))).toEqual([expect.stringMatching(reason)]);
  });
});

describe('a file', () => {
  test('is known by its content, wherever it lies', async () => {
    const [text, other] = [ratingsFile(ratingLines(3)), ratingsFile(ratingLines(4))];
    const names = await Promise.all(
      [
        await folder.write('a.tsv', text),
        await folder.write('b.csv', text),
        await folder.write('c.tsv', other),
        await folder.writeGzip('a.gz', text),
      ].map(async (path) => (await openFileSource(path)).name),
    );
    expect(names[0]).toMatch(/^file-[0-9a-f]{24}$/);
    expect(names[1]).toBe(names[0]);
    expect(new Set(names).size).toBe(3);
    expect((await openFileSource(await folder.write('a.tsv', other), { name: 'mine' })).name).toBe('mine');
  });

  test('that differs only behind the first MiB is another one, also at the same size', async () => {
    const text = ratingsFile(ratingLines(40_000));
    expect(text.length).toBeGreaterThan(1 << 20);
    const changed = `${text.slice(0, -2)}9\n`;
    const three = await openFileSource(await folder.write('changed.tsv', changed));
    const one = await openFileSource(await folder.write('long.tsv', text));
    const two = await openFileSource(await folder.write('longer.tsv', `${text}${ratingLines(1)[0]}\n`));
    expect(two.name).not.toBe(one.name);
    expect(three.name).not.toBe(one.name);
    expect(three.formerName).toBe(one.formerName);
  });

  test('gives the items behind a line', async () => {
    const path = await folder.write('five.tsv', ratingsFile(ratingLines(5)));
    expect((await itemsOf(path, {}, 4)).map(({ line }) => line)).toEqual([5, 6]);
    expect((await itemsOf(path, {}, 99)).map(({ line }) => line)).toEqual([]);
  });

  test.each([
    ['text.txt', 'hello\nworld\n', {}, /is in no format that can be replayed/],
    ['empty.tsv', '', {}, /is in no format/],
    ['fine.tsv', ratingsFile([]), { format: 'imdb-ratings' }, /is not in the format imdb-ratings/],
    ['fine.tsv', ratingsFile([]), { name: '../up' }, /cannot be a source's name/],
    ['fine.tsv', ratingsFile([]), { name: '' }, /cannot be a source's name/],
  ])('%s with %j and %j is refused', async (name, text, options, reason) => {
    const path = await folder.write(name, text);
    await expect(openFileSource(path, options)).rejects.toMatchObject({ name: 'UsageError', message: expect.stringMatching(reason) });
  });

  test('of JSON lines is known by its name where its first line is broken', async () => {
    expect((await openFileSource(await folder.write('broken.jsonl', 'x\n'))).format).toBe('jsonl');
    expect((await openFileSource(await folder.write('empty.ndjson', ''))).format).toBe('jsonl');
  });

  test('that is not there, or no file, is refused', async () => {
    await expect(openFileSource(`${folder.path}/nowhere`)).rejects.toThrow(/cannot be opened/);
    await expect(openFileSource(folder.path)).rejects.toThrow(/is no file/);
  });
});
