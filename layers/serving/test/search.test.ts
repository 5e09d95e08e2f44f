/** `GET /search/movies` over made-up films: what is found, in which order, why, and what is counted beside it. */
import { RULES } from '@rushes/views';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openPublication, takeSnapshot } from '../src/merge/snapshot.ts';
import { type Catalog, publish } from './catalog.ts';
import { memoryBatchViews } from './memory-batch-views.ts';
import { startService, type Service } from './service.ts';

const PEOPLE = { nm0000001: 'Ada Brook', nm0000002: 'Łucja Żak', nm0000003: 'Iron Brook' };
const film = (n: number, title: string, more: object = {}) => ({
  tconst: `tt000000${n}`,
  title,
  genres: ['Drama'],
  year: 1990 + n,
  ...more,
});
const CATALOG: Catalog = {
  people: PEOPLE,
  films: [
    film(1, 'Iron', { rating: 50, votes: 10, genres: ['Drama', 'War'] }),
    film(2, 'The Iron Tide', {
      rating: 80,
      votes: 5,
      year: 2004,
      cast: ['nm0000001'],
      names: { FR: 'La marée de fer', DE: 'Die eiserne Flut' },
    }),
    film(3, 'Irons in the Fire', { rating: 90, votes: 900, year: null }),
    film(4, 'Harbour', { directors: ['nm0000003'], cast: ['nm0000002'] }),
    film(5, 'Irno', { genres: [] }),
    film(6, "Ocean's Tide", { type: 'tvSeries' }),
    film(7, 'Iron Curtain', { adult: true }),
    film(8, '七人の侍', { names: { US: 'Seven Samurai' } }),
  ],
};

let service: Service;
beforeAll(async () => {
  service = await startService({ catalog: CATALOG });
});
afterAll(() => service.app.close());

interface Shown {
  readonly title: string;
  readonly score: number;
  readonly matches: readonly {
    readonly query: string;
    readonly how: string;
    readonly word: string;
    readonly in: string;
    readonly name: string;
  }[];
}
interface Envelope {
  readonly data: readonly Shown[];
  readonly total?: number;
  readonly next: string | null;
  readonly facets?: object;
}
const ask = async (query: string): Promise<Envelope> => {
  const response = await service.app.inject(`/search/movies?${query}`);
  expect([query, response.statusCode, response.statusCode === 200 ? '' : response.body]).toEqual([query, 200, '']);
  return response.json<Envelope>();
};
const titles = async (query: string): Promise<readonly string[]> => (await ask(query)).data.map(({ title }) => title);

describe('what is found', () => {
  test('a whole title first, then its beginning, then beginnings of words, then people, then slips: by the documented formula', async () => {
    const { data } = await ask('q=iron');
    expect(data.map(({ title, score }) => [title, score])).toEqual([
      ['Iron', 100 + 200],
      ['The Iron Tide', 100 + 83],
      ['Irons in the Fire', 70 + 73],
      ['Harbour', 60 + 78],
      ['Irno', 40 + 72],
    ]);
  });

  test('all words, also of several names; each says where it was found', async () => {
    const { data } = await ask('q=iron+brook');
    expect(data.map(({ title, score }) => [title, score])).toEqual([
      ['Harbour', 60 + 120],
      ['The Iron Tide', 75],
    ]);
    expect(data[1]?.matches).toEqual([
      { query: 'iron', how: 'exact', word: 'iron', in: 'primary_title', name: 'The Iron Tide' },
      { query: 'brook', how: 'exact', word: 'brook', in: 'cast', name: 'Ada Brook' },
    ]);
  });

  test.each([
    ['q=maree', 'The Iron Tide', { how: 'exact', word: 'maree', in: 'regional_title', name: 'La marée de fer' }],
    ['q=EISERN', 'The Iron Tide', { how: 'prefix', word: 'eiserne', in: 'regional_title', name: 'Die eiserne Flut' }],
    ['q=zak', 'Harbour', { how: 'exact', word: 'zak', in: 'cast', name: 'Łucja Żak' }],
    ['q=harbuor', 'Harbour', { how: 'typo', word: 'harbour', in: 'primary_title', name: 'Harbour' }],
    ['q=%E4%BE%8D', '七人の侍', { how: 'exact', word: '侍', in: 'primary_title', name: '七人の侍' }],
    ['q=samurai', '七人の侍', { how: 'exact', word: 'samurai', in: 'regional_title', name: 'Seven Samurai' }],
    ['q=oceans&type=tvSeries', "Ocean's Tide", { how: 'exact', word: 'oceans', in: 'primary_title', name: "Ocean's Tide" }],
    ['q=curtain&adult=only', 'Iron Curtain', { how: 'exact', word: 'curtain', in: 'primary_title', name: 'Iron Curtain' }],
  ])('%s: %s', async (query, title, match) => {
    const { data } = await ask(query);
    expect(data.map((found) => found.title)).toEqual([title]);
    expect(data[0]?.matches).toMatchObject([match]);
  });

  test('without slips, and only the last word may be a beginning', async () => {
    expect(await titles('q=irno&typos=false')).toEqual(['Irno']);
    expect(await titles('q=tid')).toEqual(['The Iron Tide']);
    expect(await titles('q=iro+tide')).toEqual([]);
    expect(await titles('q=i')).toEqual([]);
  });
});

describe('filters, orders, pages, counts', () => {
  test('filters as in lists', async () => {
    expect(await titles('q=iron&genre=war')).toEqual(['Iron']);
    expect(await titles('q=iron&rating_min=8')).toEqual(['The Iron Tide', 'Irons in the Fire']);
    expect(await titles('q=iron&rating_max=8')).toEqual(['Iron', 'The Iron Tide']);
    expect(await titles('q=iron&year_from=1994&year_to=2000')).toEqual(['Harbour', 'Irno']);
    expect((await service.app.inject('/search/movies?q=iron&genre=dramma')).json()).toMatchObject({ errors: [{ name: 'genre' }] });
  });

  test.each([
    ['relevance', ['Iron', 'The Iron Tide', 'Irons in the Fire', 'Harbour', 'Irno']],
    ['rating', ['Irons in the Fire', 'The Iron Tide', 'Iron']],
    ['popularity', ['Irons in the Fire', 'Iron', 'The Iron Tide']],
    ['year', ['The Iron Tide', 'Irno', 'Harbour', 'Iron', 'Irons in the Fire']],
  ])('by %s, page by page', async (order, expected) => {
    const pages: string[] = [];
    for (let query: string | undefined = `q=iron&sort_by=${order}&page_size=2&count=true`; query !== undefined;) {
      const { data, total, next } = await ask(query);
      expect(total).toBe(5);
      pages.push(...data.map(({ title }) => title));
      query = next?.replace(/^[^?]*\?/, '');
    }
    expect(pages).toHaveLength(5);
    // What has no value comes last, by id.
    expect(pages.slice(0, expected.length)).toEqual(expected);
  });

  test('facets are of all that is found, whatever the page', async () => {
    const facets = {
      genres: [
        { genre: 'Drama', count: 4 },
        { genre: 'War', count: 1 },
      ],
      decades: [
        { decade: 1990, count: 3 },
        { decade: 2000, count: 1 },
      ],
      types: [{ type: 'movie', count: 5 }],
    };
    expect((await ask('q=iron&facets=true&page_size=1')).facets).toEqual(facets);
    expect((await ask('q=nothing&facets=true')).facets).toEqual({ genres: [], decades: [], types: [] });
    expect((await ask('q=iron')).facets).toBeUndefined();
  });

  test('questions with the same words have one tag, others have another', async () => {
    const tag = async (query: string) => (await service.app.inject(`/search/movies?${query}`)).headers.etag;
    expect(await tag('q=The+IRON,+Tide')).toBe(await tag('q=the%20iron%20tide&sort_by=relevance'));
    expect(await tag('q=iron')).not.toBe(await tag('q=irons'));
  });

  test('a cursor of another question is refused', async () => {
    const { next } = await ask('q=iron&page_size=1');
    const response = await service.app.inject(String(next).replace('q=iron', 'q=tide'));
    expect(response.json()).toMatchObject({ status: 400, errors: [{ name: 'cursor' }] });
  });
});

test.each(['no such view', 'other words'])('a version with %s is served all the same, and searches are refused', async (how) => {
  const store = memoryBatchViews();
  const whole = await publish(store, 1, 1, CATALOG);
  const { search: _, ...views } = whole.views;
  const publication =
    how === 'no such view' ? { ...whole, views } : { ...whole, rules: { events: RULES.events, keyed: [], rows: { search: 1 } } };
  await expect(openPublication(store, publication, () => {})).rejects.toThrow(/search/);
  const open = await openPublication(store, publication, () => {}, true);
  expect(open.absent).toEqual(['search']);
  const snapshot = takeSnapshot(open, 'test', undefined, false);
  expect(await snapshot.views.titles.count([])).toBe(8);
  await expect(snapshot.search({ words: ['iron'], typos: true, where: [], sort: [], limit: 1, tally: [] })).rejects.toMatchObject({
    status: 503,
  });
  open.release();
  expect(store.openReaders).toBe(0);
});
