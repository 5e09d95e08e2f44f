/** What `/analytics` has to answer at a position, from the plain formulas. */
import { scoreSentiment } from '@rushes/domain';

import {
  lastObserved,
  plainAnomalies,
  type PLAIN_METRICS,
  type PLAIN_WINDOWS,
  type PlainEvent,
  plainTrend,
} from '../../layers/serving/test/plain-analytics.ts';
import { saysPopularity } from '../log-batch/plain-fold.ts';
import type { PlainState, Question } from './questions.ts';

const eventsOf = ({ history, position }: PlainState, movie: string): readonly PlainEvent[] => [
  ...history
    .events(movie, 'movie.ratings', position)
    .filter(({ type }) => type === 'rating_given')
    .map(({ place, payload }) => ({ movie, at: place.at_ms, tenths: Math.round(Number(payload['score']) * 10) })),
  ...history
    .events(movie, 'movie.ratings', position)
    .filter(saysPopularity)
    .map(({ place, payload }) => ({ movie, at: place.at_ms, popularity: Math.round(Number(payload['popularity']) * 1000) })),
  ...history
    .events(movie, 'movie.reviews', position)
    .map(({ place, payload }) => ({ movie, at: place.at_ms, compound: scoreSentiment(String(payload['text'])).compoundE4 })),
];

type Metric = (typeof PLAIN_METRICS)[number];
type Window = (typeof PLAIN_WINDOWS)[number];

export const movieTrendQuestion = (movie: string, metric: Metric, window: Window, asOf: string): Question => ({
  path: `/analytics/trends?movie_id=${movie}&metric=${metric}&window=${window}&as_of=${asOf}`,
  about: metric === 'sentiment' || metric === 'reviews' ? 'reviews' : 'movie',
  movie,
  known: true,
  answer: (state) =>
    state.title(movie) && {
      data: { movie_id: movie, genre: null, ...plainTrend(eventsOf(state, movie), metric, window, Date.parse(asOf)) },
    },
});

const films = (state: PlainState, genre: string | undefined) =>
  state.titles().filter(({ type, is_adult, genres }) => type === 'movie' && !is_adult && (genre === undefined || genres.includes(genre)));

export const genreTrendQuestion = (genre: string, metric: Metric, window: Window, asOf: string): Question => ({
  path: `/analytics/trends?genre=${genre}&metric=${metric}&window=${window}&as_of=${asOf}`,
  about: 'all',
  answer: (state) => {
    const events = films(state, genre).flatMap(({ id }) => eventsOf(state, id));
    return { data: { movie_id: null, genre, ...plainTrend(events, metric, window, Date.parse(asOf)) } };
  },
});

/** Members of films, and figures of their anomalies: the words of the reasons follow from these. */
export const anomaliesQuestion = (window: Window, asOf: string): Question => ({
  path: `/analytics/anomalies?window=${window}&as_of=${asOf}&limit=100&fields=id`,
  about: 'all',
  answer: (state) => {
    const known = films(state, undefined);
    const { movies, ...span } = plainAnomalies(
      known.flatMap(({ id }) => eventsOf(state, id)),
      window,
      Date.parse(asOf),
    );
    return { data: { ...span, movies: movies.map(({ id }) => ({ id })) } };
  },
});

/** What a day of a movie comes to; where the cut lies changes the parts alone. */
export const explainActivityQuestion = (movie: string, date: string): Question => ({
  path: `/explain/activity?movie_id=${movie}&date=${date}`,
  about: 'all',
  answer: (state) => {
    const events = eventsOf(state, movie).filter(({ at }) => new Date(at).toISOString().startsWith(date));
    const [tenths, compounds] = [events.flatMap((event) => event.tenths ?? []), events.flatMap((event) => event.compound ?? [])];
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
    return { data: { ratings: tenths.length, sum_tenths: sum(tenths), reviews: compounds.length, compound_e4: sum(compounds) } };
  },
});

const shown = (observed: PlainEvent | undefined) =>
  observed === undefined ? null : { value: (observed.popularity ?? 0) / 1000, observed_at: new Date(observed.at).toISOString() };

const HOUR_MS = 3_600_000;

/** What was observed last of a movie within a time. */
const observedWithin = (events: readonly PlainEvent[], fromMs: number, toMs: number): PlainEvent | undefined => {
  const found = events.filter(({ at, popularity }) => popularity !== undefined && at >= fromMs && at < toMs);
  return lastObserved(found).toSorted((a, b) => b.at - a.at)[0];
};

export const popularityQuestion = (movie: string, bucket: 'hour' | 'day', window: Window, asOf: string): Question => ({
  path: `/movies/${movie}/popularity?bucket=${bucket}&window=${window}&as_of=${asOf}`,
  about: 'movie',
  movie,
  known: true,
  answer: (state) => {
    if (state.title(movie) === undefined) return undefined;
    const events = eventsOf(state, movie);
    const width = bucket === 'hour' ? HOUR_MS : 24 * HOUR_MS;
    const to = (Math.floor(Date.parse(asOf) / width) + 1) * width;
    const from = to - Number.parseInt(window, 10) * 24 * HOUR_MS;
    const starts = Array.from({ length: (to - from) / width }, (_, n) => from + n * width);
    return {
      data: {
        movie_id: movie,
        bucket,
        window,
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        latest: shown(observedWithin(events, from, to)),
        series: starts.map((start) => ({
          start: new Date(start).toISOString(),
          ...(shown(observedWithin(events, start, start + width)) ?? { value: null, observed_at: null }),
        })),
      },
    };
  },
});

/** What counts of a day; where the cut lies changes the parts alone. */
export const explainPopularityQuestion = (movie: string, date: string): Question => ({
  path: `/explain/popularity?movie_id=${movie}&date=${date}`,
  about: 'all',
  answer: (state) => {
    const fromMs = Date.parse(date);
    return { data: shown(observedWithin(eventsOf(state, movie), fromMs, fromMs + 24 * HOUR_MS)) };
  },
});
