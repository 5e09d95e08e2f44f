/** What `keyed.movie_records` must hold of the events of `event-case.ts`, written by hand. */
import { FOUND, placeOf, POSTED, TITLE, UNKNOWN } from './event-case.ts';
import { FOUR_GENRES, TWO_GENRES } from './event-silver-reference.ts';
import type { Row } from './rows.ts';

const { EDITED } = TITLE;

/** What an event said, with its place. */
export const said = (id: string, values: Row): Row => {
  const { at_ms, epoch, offset } = placeOf(id);
  return { ...values, at_ms, epoch, offset };
};

/** In the order of the fields in JSON. */
const NO_RECORDS = {
  additions: 0,
  added: null,
  tmdb_link: null,
  posted_title: null,
  posted_genres: null,
  posted_year: null,
  posted_runtime_minutes: null,
  posted_rating: null,
  posted_budget: null,
  posted_revenue: null,
  posted_keywords: null,
  tmdb_title: null,
  tmdb_genres: null,
  tmdb_year: null,
  tmdb_runtime_minutes: null,
  tmdb_rating: null,
  tmdb_budget: null,
  tmdb_revenue: null,
  tmdb_keywords: null,
} satisfies Row;

export const RECORDS: Readonly<Record<string, Row>> = {
  [EDITED]: {
    ...NO_RECORDS,
    posted_title: said('posted-edit', { title: 'Vier Genres' }),
    posted_genres: said('posted-edit', { genres: FOUR_GENRES }),
    posted_rating: said('rating-edit', { rating_tenths: 10 }),
    posted_budget: said('posted-budget', { budget_cents: 100 }),
    posted_revenue: said('posted-budget', { revenue_cents: null }),
    posted_keywords: said('posted-budget', { keywords: '' }),
    tmdb_title: said('tmdb-edit', { title: 'TMDB Title' }),
    tmdb_year: said('tmdb-edit', { year: 2022 }),
    tmdb_runtime_minutes: said('tmdb-edit', { runtime_minutes: 95 }),
    tmdb_budget: said('tmdb-money', { budget_cents: 200 }),
    tmdb_revenue: said('tmdb-money', { revenue_cents: 7 }),
    tmdb_keywords: said('tmdb-money', { keywords: 'war' }),
  },
  [POSTED]: {
    ...NO_RECORDS,
    additions: 1,
    added: said('posted-movie', { tconst: null }),
    posted_title: said('posted-movie', { title: 'Neu "Ü"' }),
    posted_genres: said('posted-movie', { genres: TWO_GENRES }),
    posted_year: said('year-taken-back', { year: null }),
    posted_runtime_minutes: said('posted-movie', { runtime_minutes: null }),
    posted_rating: said('posted-movie', { rating_tenths: 75 }),
  },
  [FOUND]: {
    ...NO_RECORDS,
    additions: 1,
    added: said('found-movie', { tconst: 'tt7654321' }),
    tmdb_link: said('found-link', { tmdb_id: 278 }),
    tmdb_title: said('found-movie', { title: 'Found' }),
    tmdb_genres: said('found-movie', { genres: '' }),
    tmdb_year: said('found-movie', { year: 1999 }),
    tmdb_runtime_minutes: said('found-movie', { runtime_minutes: 90 }),
    tmdb_rating: said('found-movie', { rating_tenths: null }),
    tmdb_budget: said('found-money', { budget_cents: 5_000_000_050 }),
    tmdb_revenue: said('found-money', { revenue_cents: null }),
    tmdb_keywords: said('found-money', { keywords: 'heist\u001fsea, "x"' }),
  },
  [UNKNOWN]: {
    ...NO_RECORDS,
    tmdb_link: said('unknown-link', { tmdb_id: 279 }),
    posted_title: said('unknown-edit', { title: 'Later' }),
  },
};
