/**
 * What `/trending/movies` has to answer: told event by event from the formulas of docs/analytics.md, with quotients of big integers, and with the rank of before
 * taken from the list of before. Shares no code with what it checks.
 */
import { scoreSentiment } from '@rushes/domain';

import { byText } from '../golden/rows.ts';
import type { PlainState, Question } from './questions.ts';

const MINUTE_MS = 60_000;
const HOURS = { '1h': 1, '6h': 6, '24h': 24, '7d': 168, '30d': 720, '90d': 2160 } as const;
type TrendWindow = keyof typeof HOURS;
export const TREND_WINDOWS = Object.keys(HOURS) as readonly TrendWindow[]; // as: its own keys

const bucketMinutes = (window: TrendWindow): number => (HOURS[window] <= 24 ? 5 : HOURS[window] <= 168 ? 60 : 1440);

/** Half away from zero. */
const rounded = (above: number, below: number): number => {
  const quotient = (2n * BigInt(Math.abs(above)) + BigInt(below)) / (2n * BigInt(below));
  return Math.sign(above) * Number(quotient);
};

interface Counted {
  readonly at: number;
  readonly points: number;
  readonly tenths?: number;
  readonly compound?: number;
}

const eventsOf = ({ history, position }: PlainState, movie: string): readonly Counted[] => [
  ...history
    .events(movie, 'movie.ratings', position)
    .filter(({ type }) => type === 'rating_given')
    .map(({ place, payload }) => ({ at: place.at_ms, points: 1, tenths: Math.round(Number(payload['score']) * 10) })),
  ...history
    .events(movie, 'movie.reviews', position)
    .map(({ place, payload }) => ({ at: place.at_ms, points: 3, compound: scoreSentiment(String(payload['text'])).compoundE4 })),
];

const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

interface Asked {
  readonly window: TrendWindow;
  readonly asOf: string;
  readonly limit: number;
  readonly genre: string | undefined;
}

/** Everything that trends in the window that ends there, in order. */
const rankingAt = (state: PlainState, { window, genre }: Pick<Asked, 'window' | 'genre'>, endMs: number) => {
  const lengthMs = HOURS[window] * 60 * MINUTE_MS;
  const widthMs = bucketMinutes(window) * MINUTE_MS;
  return state
    .titles()
    .filter(({ type, is_adult, genres }) => type === 'movie' && !is_adult && (genre === undefined || genres.includes(genre)))
    .map((title) => {
      const events = eventsOf(state, title.id);
      const within = (windowsBefore: number): readonly Counted[] => {
        const end = endMs - windowsBefore * lengthMs;
        return events.filter(({ at }) => at < end && at >= end - lengthMs);
      };
      const pointsOf = (windowsBefore: number): number => total(within(windowsBefore).map(({ points }) => points));
      const [a, b, c] = [pointsOf(0), pointsOf(1), pointsOf(2)];
      const weighted = within(0).map(({ at, points }) => {
        const age = Math.floor((endMs - 1 - at) / widthMs);
        return points * Math.round(1000 * 0.5 ** ((4 * age * widthMs) / lengthMs));
      });
      return { title, a, b, c, events: within(0), score: rounded(total(weighted) * 2 * (a + 10), a + b + 20) };
    })
    .filter(({ a }) => a > 0)
    .toSorted((x, y) => y.score - x.score || y.a - x.a || byText(x.title.id, y.title.id));
};

/** Scores in thousandths of what trends in the window that a moment lies at the end of, by id. */
export const trendScores = (state: PlainState, window: TrendWindow, asOf: string): ReadonlyMap<string, number> => {
  const widthMs = bucketMinutes(window) * MINUTE_MS;
  const endMs = Math.floor(Date.parse(asOf) / widthMs) * widthMs + widthMs;
  const ranking = rankingAt(state, { window, genre: undefined }, endMs);
  return new Map(ranking.map(({ title, score }) => [title.id, score]));
};

export const trendingQuestion = (asked: Asked): Question => ({
  path: `/trending/movies?window=${asked.window}&as_of=${asked.asOf}&limit=${asked.limit}${asked.genre === undefined ? '' : `&genre=${asked.genre}`}`,
  about: 'all',
  answer: (state) => {
    const { window, asOf, limit } = asked;
    const widthMs = bucketMinutes(window) * MINUTE_MS;
    const hours = HOURS[window];
    const end = Math.floor(Date.parse(asOf) / widthMs) * widthMs + widthMs;
    const begin = end - hours * 60 * MINUTE_MS;
    const before = rankingAt(state, asked, begin).map(({ title }) => title.id);
    const perHour = (points: number): number => rounded(points * 1e6, hours) / 1e6;
    const movies = rankingAt(state, asked, end)
      .slice(0, limit)
      .map(({ title, a, b, c, events, score }, at) => {
        const tenths = events.flatMap((event) => event.tenths ?? []);
        const compounds = events.flatMap((event) => event.compound ?? []);
        return {
          ...title.movie,
          rank: at + 1,
          previous_rank: before.includes(title.id) ? before.indexOf(title.id) + 1 : null,
          score: score / 1000,
          velocity: perHour(a - b),
          acceleration: perHour(a - b - (b - c)),
          activity: {
            ratings: tenths.length,
            average_rating: tenths.length === 0 ? null : rounded(total(tenths) * 100, tenths.length) / 1000,
            reviews: compounds.length,
            average_sentiment: compounds.length === 0 ? null : rounded(total(compounds), compounds.length) / 10_000,
          },
        };
      });
    return { data: { window, from: new Date(begin).toISOString(), to: new Date(end).toISOString(), movies } };
  },
});
