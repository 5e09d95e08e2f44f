/** A made-up catalog with a bit of everything: series and episodes, unknown years, ratings and names, equal ratings, titles that differ only in case. */
import type { Catalog, FilmFixture } from './catalog.ts';

export const PEOPLE: Catalog['people'] = {
  nm0000001: 'Ada Brook',
  nm0000002: 'Bruno Calder',
  nm0000003: 'Cora Dunn',
  nm0000004: 'Dario Eck',
  nm0000005: null,
};

/** Films with a bit of everything. */
export const FILMS: readonly FilmFixture[] = [
  {
    tconst: 'tt0000001',
    title: 'The Iron Tide',
    year: 2004,
    rating: 88,
    votes: 90_000,
    runtime: 121,
    genres: ['Action', 'Drama'],
    directors: ['nm0000001'],
    writers: ['nm0000002', 'nm0000005'],
    cast: ['nm0000003', 'nm0000004'],
    names: { FR: 'La marée de fer', DE: 'Die eiserne Flut' },
  },
  {
    tconst: 'tt0000002',
    title: 'Élan Vital',
    year: 2004,
    rating: 85,
    votes: 12_000,
    runtime: 95,
    genres: ['Action'],
    directors: ['nm0000002'],
    cast: ['nm0000003'],
  },
  {
    tconst: 'tt0000003',
    title: 'Quiet Harbour',
    year: 1999,
    rating: 81,
    votes: 700,
    runtime: null,
    genres: ['Thriller'],
    writers: ['nm0000001'],
    cast: ['nm0000003', 'nm0000001'],
  },
  {
    tconst: 'tt0000004',
    title: 'quiet harbour II',
    year: 2001,
    rating: 81,
    votes: 700,
    runtime: 88,
    genres: ['Thriller', 'Drama'],
    cast: ['nm0000004'],
  },
  { tconst: 'tt0000005', title: 'Unrated Sketch', year: 2020, genres: ['Drama'] },
  { tconst: 'tt0000006', title: 'Nobody Knows When', rating: 11, votes: 15, runtime: 5, genres: [] },
  {
    tconst: 'tt0000007',
    title: 'Lake House Ledger',
    type: 'tvSeries',
    year: 2017,
    endYear: 2022,
    rating: 85,
    votes: 300_000,
    genres: ['Crime', 'Drama'],
    writers: ['nm0000002', 'nm0000004'],
  },
  {
    tconst: 'tt0000008',
    title: 'Lake House Ledger: Pilot',
    type: 'tvEpisode',
    year: 2017,
    rating: 79,
    votes: 4_000,
    runtime: 60,
    genres: ['Crime'],
  },
];

export const CATALOG: Catalog = { films: FILMS, people: PEOPLE };
