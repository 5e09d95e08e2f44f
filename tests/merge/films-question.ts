/**
 * What `/analytics/genre/{genre}` and `/analytics/yearly` have to answer: told film by film from the formulas of docs/analytics.md, with quotients of big
 * integers. Shares no code with what it checks, but for the score of a text.
 */
import { scoreSentiment } from '@rushes/domain';

import { byText } from '../golden/rows.ts';
import type { PlainTitle } from './plain-titles.ts';
import { MADE_UP_GENRE, type PlainState, type Question } from './questions.ts';

/** `above / below` in 1/scale, half away from zero; null without anything below. */
const rounded = (above: bigint, below: number, scale: number): number | null => {
  if (below === 0) return null;
  const [size, by] = [BigInt(scale) * (above < 0n ? -above : above), BigInt(below)];
  const quotient = Number((2n * size + by) / (2n * by));
  return (above < 0n ? -quotient : quotient) / scale;
};

const less = (now: number | null, before: number | null, scale: number): number | null =>
  now === null || before === null ? null : (Math.round(now * scale) - Math.round(before * scale)) / scale;

const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

const isFilm = ({ type, is_adult }: PlainTitle): boolean => type === 'movie' && !is_adult;

/** The figures of some films. */
const figuresOf = ({ history, position }: PlainState, films: readonly PlainTitle[]) => {
  const votes = total(films.map((film) => film.votes ?? 0));
  const points = films.reduce((sum, film) => sum + BigInt(film.votes ?? 0) * BigInt(film.rating ?? 0), 0n);
  const minutes = films.flatMap(({ runtime }) => (runtime === null || runtime === 0 ? [] : [runtime]));
  const scores = films
    .flatMap(({ id }) => history.events(id, 'movie.reviews', position))
    .map(({ payload }) => scoreSentiment(String(payload['text'])).compoundE4);
  const toldOf = (name: string): readonly number[] => films.map(({ movie }) => movie[name]).filter((value) => typeof value === 'number');
  const money = (name: string) => {
    const cents = toldOf(name).map((dollars) => Math.round(100 * dollars));
    return {
      known_films: cents.length,
      total_cents: cents.length === 0 ? null : total(cents),
      average_cents: rounded(BigInt(total(cents)), cents.length, 1),
      currency: 'USD',
    };
  };
  const popularities = toldOf('popularity');
  const share = (those: (score: number) => boolean): number | null => rounded(BigInt(scores.filter(those).length), scores.length, 10_000);
  return {
    films: films.length,
    rated_films: films.filter((film) => (film.votes ?? 0) > 0).length,
    votes,
    // Points are thousandths.
    average_rating: rounded(points, votes * 1000, 1000),
    sentiment: {
      reviews: scores.length,
      // Scores are ten-thousandths.
      average: rounded(BigInt(total(scores)), scores.length * 10_000, 10_000),
      positive: share((score) => score >= 500),
      neutral: share((score) => score > -500 && score < 500),
      negative: share((score) => score <= -500),
    },
    budget: money('budget'),
    revenue: money('revenue'),
    popularity: {
      known_films: popularities.length,
      high: popularities.filter((one) => one >= 50).length,
      medium: popularities.filter((one) => one >= 10 && one < 50).length,
      low: popularities.filter((one) => one < 10).length,
    },
    runtime: {
      known_films: minutes.length,
      total: minutes.length === 0 ? null : total(minutes),
      average: rounded(BigInt(total(minutes)), minutes.length, 1000),
    },
  };
};

/** What was given to films, and when. */
const givenTo = ({ history, position }: PlainState, films: readonly PlainTitle[]) => ({
  ratings: films
    .flatMap(({ id }) => history.events(id, 'movie.ratings', position))
    .filter(({ type }) => type === 'rating_given')
    .map(({ place, payload }) => ({ at: new Date(place.at_ms), value: Math.round(Number(payload['score']) * 10) })),
  reviews: films
    .flatMap(({ id }) => history.events(id, 'movie.reviews', position))
    .map(({ place, payload }) => ({ at: new Date(place.at_ms), value: scoreSentiment(String(payload['text'])).compoundE4 })),
});

type Given = ReturnType<typeof givenTo>;

/** Of the events at certain times. */
const happenedAt = ({ ratings, reviews }: Given, isThen: (at: Date) => boolean) => {
  const [tenths, scores] = [ratings, reviews].map((all) => all.filter(({ at }) => isThen(at)).map(({ value }) => value)) as [
    number[],
    number[],
  ]; // as: of both
  return {
    ratings: tenths.length,
    average_rating: rounded(BigInt(total(tenths)), tenths.length * 10, 1000),
    reviews: scores.length,
    average_sentiment: rounded(BigInt(total(scores)), scores.length * 10_000, 10_000),
  };
};

const activityOf = (given: Given, year: number, month: number | undefined) => {
  const within = (inYear: number) =>
    happenedAt(given, (at) => at.getUTCFullYear() === inYear && (month === undefined || at.getUTCMonth() === month - 1));
  const [now, before] = [within(year), within(year - 1)];
  const two = (value: number): string => String(value).padStart(2, '0');
  const end = month === undefined || month === 12 ? `${year + 1}-01` : `${year}-${two(month + 1)}`;
  return {
    from: `${year}-${two(month ?? 1)}-01T00:00:00.000Z`,
    to: `${end}-01T00:00:00.000Z`,
    ...now,
    change: {
      ratings: now.ratings - before.ratings,
      average_rating: less(now.average_rating, before.average_rating, 1000),
      reviews: now.reviews - before.reviews,
      average_sentiment: less(now.average_sentiment, before.average_sentiment, 10_000),
    },
  };
};

export const genreQuestion = (genre: string, year: number | undefined, month: number | undefined, limit: number): Question => ({
  path: `/analytics/genre/${genre}?limit=${limit}${year === undefined ? '' : `&year=${year}`}${month === undefined ? '' : `&month=${month}`}`,
  about: 'all',
  answer: (state) => {
    const of = state.titles().filter(({ genres }) => genres.includes(genre));
    if (genre === MADE_UP_GENRE && of.length === 0) return undefined;
    const films = of.filter(isFilm);
    const [now, before] = [year, (year ?? 0) - 1].map((one) => films.filter((film) => year === undefined || film.year === one));
    const [figures, earlier] = [figuresOf(state, now ?? []), figuresOf(state, before ?? [])];
    const weight = ({ votes, rating }: PlainTitle): number => (votes ?? 0) * (rating ?? 0);
    const top = (now ?? [])
      .filter(({ votes }) => (votes ?? 0) > 0)
      .toSorted((a, b) => weight(b) - weight(a) || byText(a.id, b.id))
      .slice(0, limit);
    const activity = year === undefined ? null : activityOf(givenTo(state, films), year, month);
    const change = {
      films: figures.films - earlier.films,
      votes: figures.votes - earlier.votes,
      average_rating: less(figures.average_rating, earlier.average_rating, 1000),
      average_sentiment: less(figures.sentiment.average, earlier.sentiment.average, 10_000),
      average_runtime: less(figures.runtime.average, earlier.runtime.average, 1000),
      budget_cents: less(figures.budget.total_cents, earlier.budget.total_cents, 1),
      revenue_cents: less(figures.revenue.total_cents, earlier.revenue.total_cents, 1),
    };
    const data = {
      genre,
      year: year ?? null,
      ...figures,
      activity,
      change: year === undefined ? null : change,
      top_films: top.map(({ movie }) => movie),
    };
    return { data };
  },
});

export const yearlyQuestion = (genre: string | undefined): Question => ({
  path: `/analytics/yearly${genre === undefined ? '' : `?genre=${genre}`}`,
  about: 'all',
  refused: ({ titles }) => genre === MADE_UP_GENRE && !titles().some(({ genres }) => genres.includes(MADE_UP_GENRE)),
  answer: (state) => {
    const films = state.titles().filter((title) => isFilm(title) && (genre === undefined || title.genres.includes(genre)));
    const figures = (year: number | null) =>
      figuresOf(
        state,
        films.filter((film) => film.year === year),
      );
    const known = [...new Set(films.flatMap(({ year }) => year ?? []))].toSorted((a, b) => a - b);
    const years = [...known, ...(films.some(({ year }) => year === null) ? [null] : [])].map((year) => {
      const [now, before] = [figures(year), year === null ? undefined : figures(year - 1)];
      return {
        year,
        releases: now.films,
        rated_films: now.rated_films,
        votes: now.votes,
        average_rating: now.average_rating,
        runtime_films: now.runtime.known_films,
        average_runtime: now.runtime.average,
        revenue_films: now.revenue.known_films,
        revenue_cents: now.revenue.total_cents,
        change_releases: before === undefined ? null : now.films - before.films,
        change_votes: before === undefined ? null : now.votes - before.votes,
        change_average_rating: before === undefined ? null : less(now.average_rating, before.average_rating, 1000),
        change_average_runtime: before === undefined ? null : less(now.runtime.average, before.runtime.average, 1000),
        change_revenue_cents: before === undefined ? null : less(now.revenue.total_cents, before.revenue.total_cents, 1),
      };
    });
    const given = givenTo(state, films);
    const months = Array.from({ length: 12 }, (_, at) => ({ month: at + 1, ...happenedAt(given, (time) => time.getUTCMonth() === at) }));
    return { data: { years, months } };
  },
});
