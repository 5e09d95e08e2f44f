/** What silver must hold of the events of `event-case.ts`, written by hand. */
import { FOUND, placeOf, POSTED, TITLE, UNKNOWN } from './event-case.ts';
import type { Row } from './rows.ts';

const { RATED, EDITED, UNWEIGHED, OBSERVED, OVERRULED, EPISODE } = TITLE;

const METADATA = {
  tconst: null,
  tmdb_id: null,
  title: null,
  genres: null,
  year: null,
  runtime_minutes: null,
  rating_tenths: null,
  budget_cents: null,
  revenue_cents: null,
  keywords: null,
  sets_title: false,
  sets_genres: false,
  sets_year: false,
  sets_runtime_minutes: false,
  sets_rating: false,
  sets_budget: false,
  sets_revenue: false,
  sets_keywords: false,
};
const SETS_MORE = { sets_budget: true, sets_revenue: true, sets_keywords: true };
const SETS_ALL = { sets_title: true, sets_genres: true, sets_year: true, sets_runtime_minutes: true, sets_rating: true };
const metadata = (id: string, type: string, movie_id: string, source: string, said: Row): Row => ({
  ...METADATA,
  ...placeOf(id),
  type,
  movie_id,
  source,
  ...said,
});

export const FOUR_GENRES = 'Drama\u001fComedy\u001fCrime\u001fWar';
export const TWO_GENRES = 'Drama\u001fFilm-Noir';

export const metadataEvents: readonly Row[] = [
  metadata('posted-edit', 'movie_changed', EDITED, 'posted', {
    title: 'Vier Genres',
    genres: FOUR_GENRES,
    sets_title: true,
    sets_genres: true,
  }),
  metadata('posted-movie', 'movie_added', POSTED, 'posted', {
    title: 'Neu "Ü"',
    genres: TWO_GENRES,
    year: 2024,
    rating_tenths: 75,
    ...SETS_ALL,
  }),
  metadata('tmdb-edit', 'movie_changed', EDITED, 'tmdb', {
    title: 'TMDB Title',
    year: 2022,
    runtime_minutes: 95,
    sets_title: true,
    sets_year: true,
    sets_runtime_minutes: true,
  }),
  metadata('rating-edit', 'movie_changed', EDITED, 'posted', { rating_tenths: 10, sets_rating: true }),
  metadata('year-taken-back', 'movie_changed', POSTED, 'posted', { sets_year: true }),
  metadata('found-movie', 'movie_added', FOUND, 'tmdb', {
    tconst: 'tt7654321',
    title: 'Found',
    genres: '',
    year: 1999,
    runtime_minutes: 90,
    ...SETS_ALL,
  }),
  metadata('unknown-edit', 'movie_changed', UNKNOWN, 'posted', { title: 'Later', sets_title: true }),
  metadata('found-link', 'movie_linked', FOUND, 'tmdb', { tmdb_id: 278 }),
  metadata('unknown-link', 'movie_linked', UNKNOWN, 'tmdb', { tmdb_id: 279 }),
  metadata('found-money', 'movie_changed', FOUND, 'tmdb', { budget_cents: 5_000_000_050, keywords: 'heist\u001fsea, "x"', ...SETS_MORE }),
  metadata('posted-budget', 'movie_changed', EDITED, 'posted', { budget_cents: 100, keywords: '', ...SETS_MORE }),
  metadata('tmdb-money', 'movie_changed', EDITED, 'tmdb', { budget_cents: 200, revenue_cents: 7, keywords: 'war', ...SETS_MORE }),
];

const given = (id: string, movie_id: string, score_tenths: number, user: string | null = null) => ({
  ...placeOf(id),
  type: 'rating_given',
  movie_id,
  user,
  score_tenths,
  source: null,
  average_e3: null,
  votes: null,
  popularity_e3: null,
});
const observed = (
  id: string,
  movie_id: string,
  source: string,
  average_e3: number,
  votes: number,
  popularity_e3: number | null = null,
) => ({ ...placeOf(id), type: 'rating_observed', movie_id, user: null, score_tenths: null, source, average_e3, votes, popularity_e3 });

export const givenRatings = [
  given('ten', RATED, 100, 'ann'),
  given('nine-and-a-half', RATED, 95),
  given('three', RATED, 30),
  given('unknown-six', UNKNOWN, 60),
  given('episode-two', EPISODE, 20),
  given('overruling-four', OVERRULED, 40),
];
export const observations = [
  observed('imdb-old', OBSERVED, 'imdb', 8200, 10),
  observed('imdb-new', OBSERVED, 'imdb', 8250, 2000, 12_345),
  observed('imdb-late', OBSERVED, 'imdb', 1000, 9),
  observed('imdb-before-dump', RATED, 'imdb', 2000, 5000),
  observed('tmdb-beside', OBSERVED, 'tmdb', 5000, 3),
  observed('tmdb-alone', EPISODE, 'tmdb', 6500, 30, 3250),
  observed('tmdb-earlier', EPISODE, 'tmdb', 6000, 29, 3000),
  observed('tmdb-much-earlier', EPISODE, 'tmdb', 6000, 29, 2500),
  observed('tmdb-day-before', EPISODE, 'tmdb', 6000, 20, 50_125),
  observed('imdb-without-votes', UNWEIGHED, 'imdb', 9900, 0),
];

// VADER's lexicon has good 1.9 and bad −2.5: x / √(x² + 15) is 0.4404 and −0.5423.
const GOOD = { compound_e4: 4404, positive: true, neutral: false, negative: false };
const BAD = { compound_e4: -5423, positive: false, neutral: false, negative: true };
const PLAIN = { compound_e4: 0, positive: false, neutral: true, negative: false };
const review = (id: string, movie_id: string, text: string, sentiment: typeof GOOD) => ({
  ...placeOf(id),
  type: 'review_written',
  movie_id,
  text,
  author: null,
  score_tenths: null,
  ...sentiment,
});
export const reviews = [
  { ...review('praise', RATED, 'good', GOOD), author: 'Bo "Quote"', score_tenths: 80 },
  review('blame', RATED, 'bad', BAD),
  review('no-opinion', RATED, 'film', PLAIN),
  review('unknown-praise', UNKNOWN, 'good', GOOD),
];

const { partition, offset, id } = placeOf('junk');
export const quarantined: readonly Row[] = [{ partition, offset, id, reason: 'the text is not a JSON object', raw: 'no event' }];
