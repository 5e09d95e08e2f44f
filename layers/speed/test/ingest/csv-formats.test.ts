/** Formats in CSV: MovieLens' ratings, TMDB's films and their reviews. Rows are made up. */
import { titleIdOf, titleIdOfTmdb, type Tconst } from '@rushes/domain';
import { openFileSource, replay, type SourceItem } from '@rushes/speed';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { AT_ONCE, type IngestFolder, openIngestFolder, recordsOf } from './ingest-folder.ts';

let folder: IngestFolder;
beforeEach(async () => void (folder = await openIngestFolder()));
afterEach(() => folder.remove());

const AT_MS = Date.UTC(2017, 8, 1);
const AT = '2017-09-01T00:00:00.000Z';

const itemsOf = async (path: string, options: Parameters<typeof openFileSource>[1] = {}): Promise<readonly SourceItem[]> => {
  const items: SourceItem[] = [];
  for await (const item of (await openFileSource(path, { name: 'csv', atMs: AT_MS, isFinal: true, ...options })).items(0)) items.push(item);
  return items;
};
const faultsOf = (items: readonly SourceItem[]) => items.map((item) => ('fault' in item ? item.fault : undefined));

describe("MovieLens' ratings", () => {
  const LINKS = 'movieId,imdbId,tmdbId\n1,0000031,862\n2,41,\n';
  const HEADER = 'userId,movieId,rating,timestamp';
  const TITLE = titleIdOf('tt0000031' as Tconst); // as: well-formed

  test('become given ratings of twice as many points, by the links beside them', async () => {
    await folder.write('links.csv', LINKS);
    const path = await folder.write('ratings.csv', `${HEADER}\n7,1,3.5,1147880044\n8,2,0.5,1147880045\n`);
    const items = await itemsOf(path);
    expect(items).toEqual([
      {
        line: 2,
        text: '7,1,3.5,1147880044',
        id: 'csv:2',
        hasOwnId: false,
        atMs: 1_147_880_044_000,
        event: { type: 'rating_given', version: 1, payload: { movie_id: TITLE, score: 7, user: '7', at: '2006-05-17T15:34:04.000Z' } },
      },
      expect.objectContaining({
        // IMDb's id without the zeros in front.
        event: expect.objectContaining({ payload: expect.objectContaining({ movie_id: titleIdOf('tt0000041' as Tconst), score: 1 }) }), // as: well-formed
      }),
    ]);
  });

  test.each([
    ['7,3,4.0,1147880044', /^movieId "3" is not in .*links\.csv$/],
    ['7,1,0,1147880044', /^rating "0" is not between 0\.5 and 5/],
    ['7,1,5.5,1147880044', /^rating "5\.5"/],
    ['7,1,3.25,1147880044', /^rating "3\.25"/],
    ['7,1,4.0,now', /^timestamp "now" is no time in seconds$/],
    ['7,1,4.0', /^3 fields instead of 4$/],
  ])('%j is a fault', async (line, reason) => {
    await folder.write('links.csv', LINKS);
    expect(faultsOf(await itemsOf(await folder.write('ratings.csv', `${HEADER}\n${line}\n`)))).toEqual([expect.stringMatching(reason)]);
  });

  test('without links, with wrong ones, or with links for a format that needs none, nothing is replayed', async () => {
    const path = await folder.write('ratings.csv', `${HEADER}\n7,1,3.5,1147880044\n`);
    await expect(itemsOf(path)).rejects.toThrow(/there is no links\.csv beside it/);
    await expect(itemsOf(path, { links: await folder.write('other.csv', 'a,b\n') })).rejects.toThrow(/line 1: these are not the columns/);
    await expect(itemsOf(path, { links: await folder.write('bad.csv', `${LINKS}x,1,2\n`) })).rejects.toThrow(/bad\.csv, line 4: no link/);
    const links = await folder.write('mine.csv', LINKS);
    expect(await itemsOf(path, { links })).toHaveLength(1);
    const tweets = await folder.write('tweets.tsv', 'timestamp\ttconst\tuserId\trating\n');
    await expect(itemsOf(tweets, { links })).rejects.toThrow(/--links says nothing to the format movietweetings/);
  });
});

const FILM_HEADER = 'budget,genres,id,keywords,popularity,release_date,revenue,runtime,title,vote_average,vote_count';
const film = (id: number, title = 'A, Made-up "Film"', budget = '237000000'): string =>
  `${budget},"[{""id"": 1, ""name"": ""Drama""}, {""id"": 2, ""name"": ""Science Fiction""}]",${id},"[{""id"": 5, ""name"": ""sea""}]",` +
  `150.437577,2009-12-10,0,162.0,"${title.replaceAll('"', '""')}",7.2,11800`;

describe("TMDB's films", () => {
  test('become an addition, a link and an observation of the time of the file', async () => {
    const [item] = await itemsOf(await folder.write('films.csv', `${FILM_HEADER}\n${film(19)}\n`));
    const movie_id = titleIdOfTmdb(19);
    expect(item).toMatchObject({
      line: 2,
      id: 'csv:2',
      atMs: AT_MS,
      event: {
        type: 'movie_added',
        version: 2,
        payload: {
          movie_id,
          tconst: null,
          source: 'tmdb',
          at: AT,
          title: 'A, Made-up "Film"',
          genres: ['Drama', 'Sci-Fi'],
          year: 2009,
          runtime_minutes: 162,
          rating: null,
          budget: { cents: 23_700_000_000, currency: 'USD' },
          revenue: null,
          keywords: ['sea'],
        },
      },
      further: [
        { id: 'csv:2+1', event: { type: 'movie_linked', payload: { movie_id, tmdb_id: 19, at: AT } } },
        {
          id: 'csv:2+2',
          event: { type: 'rating_observed', payload: { movie_id, average: 7.2, votes: 11_800, popularity: 150.437577, at: AT } },
        },
      ],
    });
  });

  test("that links.csv links are IMDb's titles", async () => {
    const links = await folder.write('l.csv', 'movieId,imdbId,tmdbId\n1,0000031,19\n');
    const [item] = await itemsOf(await folder.write('films.csv', `${FILM_HEADER}\n${film(19)}\n`), { links });
    const movie_id = titleIdOf('tt0000031' as Tconst); // as: well-formed
    expect(item).toMatchObject({
      event: { payload: { movie_id, tconst: 'tt0000031' } },
      further: [{ event: { payload: { movie_id } } }, {}],
    });
  });

  test.each([
    [film(19).replace('[{""id"": 1', '{""id"": 1'), /^genres is no list$/],
    [film(19, 'x', 'much'), /^budget is no number$/],
    [film(19, 'x', '-5'), /^budget is no amount of dollars: -5$/],
    [film(19).replace('2009-12-10', 'soon'), /^release_date is no day/],
    [film(0), /^id is no id of TMDB's: 0$/],
    [`1,${film(19)}`, /^12 fields instead of 11$/],
    ['a "b",'.repeat(11), /^its quotation marks do not fit$/],
  ])('%j is a fault', async (row, reason) => {
    expect(faultsOf(await itemsOf(await folder.write('films.csv', `${FILM_HEADER}\n${row}\n`)))).toEqual([expect.stringMatching(reason)]);
  });

  test('all of a row enters the log, or nothing; and once', async () => {
    // The last one's title is longer than a title may be.
    const text = `${FILM_HEADER}\n${film(1)}\n${film(2)}\n${film(3, 'x'.repeat(501))}\n`;
    const source = await openFileSource(await folder.write('films.csv', text), { name: 'csv', atMs: AT_MS, isFinal: true });
    // Chunks of two events do not divide a row.
    const options = { ...AT_ONCE, chunk: 2 };
    expect(await replay(source, { ...options, limit: 1 }, folder.context)).toMatchObject({ line: 2, events: 3, outcome: 'limit reached' });
    expect(await replay(source, options, folder.context)).toMatchObject({ line: 4, events: 3, rejected: 1, outcome: 'ended' });
    const ids = (await recordsOf(folder.log)).map(({ id }) => id).toSorted();
    expect(ids).toEqual(['csv:2', 'csv:2+1', 'csv:2+2', 'csv:3', 'csv:3+1', 'csv:3+2']);
    expect(await recordsOf(folder.log, ['dead.letters/0'])).toHaveLength(1);
  });

  test('a replay that died within the append of a row goes on with the rest of it', async () => {
    const path = await folder.write('films.csv', `${FILM_HEADER}\n${film(1)}\n${film(2)}\n`);
    const source = await openFileSource(path, { name: 'csv', atMs: AT_MS, isFinal: true });
    const { log } = folder.context;
    const dying = {
      ...log,
      append: async (records: Parameters<typeof log.append>[0]) =>
        log.append(records.slice(0, 2)).then(() => {
          throw new Error('died');
        }),
    };
    await expect(replay(source, AT_ONCE, { ...folder.context, log: dying })).rejects.toThrow('died');
    expect(await replay(source, AT_ONCE, folder.context)).toMatchObject({ events: 6, found: 2, outcome: 'ended' });
    const ids = (await recordsOf(folder.log)).map(({ id }) => id).toSorted();
    expect(ids).toEqual(['csv:2', 'csv:2+1', 'csv:2+2', 'csv:3', 'csv:3+1', 'csv:3+2']);
  });
});

describe("reviews of TMDB's films", () => {
  const HEADER = 'movie_id,title,review,rating';

  test('may be of several lines, and have no points; a review that comes again counts once', async () => {
    const text = `${HEADER}\r\n19,T,"Good.\r\n\r\nReally ""good"", that is",6.5\r\n19,T,Fine,\r\n19,T,Fine,\r\n20,T,Bad,0.5\r\n`;
    const items = await itemsOf(await folder.write('reviews.csv', text));
    expect(items).toMatchObject([
      {
        line: 2,
        event: { payload: { movie_id: titleIdOfTmdb(19), text: 'Good.\n\nReally "good", that is', author: null, score: 6.5, at: AT } },
      },
      { line: 5, event: { payload: { text: 'Fine', score: null } } },
      { line: 6, event: { payload: { text: 'Fine', score: null } } },
      { line: 7, event: { payload: { movie_id: titleIdOfTmdb(20), score: null } } },
    ]);
    const source = await openFileSource(await folder.write('reviews.csv', text), { name: 'csv', atMs: AT_MS, isFinal: true });
    expect(await replay(source, AT_ONCE, folder.context)).toMatchObject({ events: 3, repeated: 1, contradicting: 0, rejected: 0 });
  });

  test('a row that is not closed yet is left where the file grows', async () => {
    const source = await openFileSource(await folder.write('reviews.csv', `${HEADER}\n19,T,Fine,\n19,T,"Half of\nit`), {
      name: 'csv',
      atMs: AT_MS,
    });
    expect(await replay(source, AT_ONCE, folder.context)).toMatchObject({ events: 1, rejected: 0 });
    expect(source.end()).toMatchObject({ leftLine: 3 });
    const grown = await openFileSource(await folder.write('reviews.csv', `${HEADER}\n19,T,Fine,\n19,T,"Half of\nit",7\n`), {
      name: 'csv',
      atMs: AT_MS,
    });
    expect(await replay(grown, AT_ONCE, folder.context)).toMatchObject({ after_line: 2, line: 3, events: 1 });
  });

  test.each([
    ['x,T,Fine,7', /^movie_id "x" is no id of TMDB's$/],
    ['2147483648,T,Fine,7', /^movie_id/],
    ['19,T,Fine,many', /^rating "many" is no number$/],
  ])('%j is a fault', async (row, reason) => {
    expect(faultsOf(await itemsOf(await folder.write('reviews.csv', `${HEADER}\n${row}\n`)))).toEqual([expect.stringMatching(reason)]);
  });
});
