/**
 * Figures over films from exact sums. Each is an integer at a fixed scale, divided and rounded once (half away from zero), so that the same films give the same
 * digits whichever layer they come from; a change is the difference of two figures as they are shown. Pure; docs/analytics.md has each formula with an example.
 */
import { type FilmMeasure, type FilmSums, namedFilmSums } from '@rushes/views';

import { quotient } from './quotient.ts';

type Named = Readonly<Record<FilmMeasure, bigint>>;

interface Figure {
  /** In units of 1 / scale; `null`: no film has it. */
  readonly of: (sums: Named) => bigint | null;
  readonly scale: number;
}

const THOUSANDTHS = 1000;
const TEN_THOUSANDTHS = 10_000;

/** A share of the reviews, or their mean score. */
const ofReviews = (above: (sums: Named) => bigint): Figure => ({
  of: (sums) => quotient(above(sums), sums.reviews),
  scale: TEN_THOUSANDTHS,
});

const FIGURES = {
  films: { of: ({ films }) => films, scale: 1 },
  rated_films: { of: ({ rated_films }) => rated_films, scale: 1 },
  votes: { of: ({ votes }) => votes, scale: 1 },
  /** Of each vote alike: Σ votes × rating / Σ votes. */
  average_rating: { of: ({ points_e3, votes }) => quotient(points_e3, votes), scale: THOUSANDTHS },
  runtime_films: { of: ({ runtime_films }) => runtime_films, scale: 1 },
  total_runtime: { of: ({ runtime_films, runtime_minutes }) => (runtime_films === 0n ? null : runtime_minutes), scale: 1 },
  average_runtime: { of: ({ runtime_films, runtime_minutes }) => quotient(1000n * runtime_minutes, runtime_films), scale: THOUSANDTHS },
  budget_films: { of: ({ budget_films }) => budget_films, scale: 1 },
  budget_cents: { of: ({ budget_films, budget_cents }) => (budget_films === 0n ? null : budget_cents), scale: 1 },
  average_budget_cents: { of: ({ budget_films, budget_cents }) => quotient(budget_cents, budget_films), scale: 1 },
  revenue_films: { of: ({ revenue_films }) => revenue_films, scale: 1 },
  revenue_cents: { of: ({ revenue_films, revenue_cents }) => (revenue_films === 0n ? null : revenue_cents), scale: 1 },
  average_revenue_cents: { of: ({ revenue_films, revenue_cents }) => quotient(revenue_cents, revenue_films), scale: 1 },
  popularity_films: {
    of: ({ popularity_high, popularity_medium, popularity_low }) => popularity_high + popularity_medium + popularity_low,
    scale: 1,
  },
  popularity_high: { of: ({ popularity_high }) => popularity_high, scale: 1 },
  popularity_medium: { of: ({ popularity_medium }) => popularity_medium, scale: 1 },
  popularity_low: { of: ({ popularity_low }) => popularity_low, scale: 1 },
  reviews: { of: ({ reviews }) => reviews, scale: 1 },
  average_sentiment: ofReviews(({ compound_e4 }) => compound_e4),
  positive: ofReviews(({ positive }) => 10_000n * positive),
  neutral: ofReviews(({ neutral }) => 10_000n * neutral),
  negative: ofReviews(({ negative }) => 10_000n * negative),
} as const satisfies Readonly<Record<string, Figure>>;

export type FigureName = keyof typeof FIGURES;

const shown = (value: bigint | null, scale: number): number | null => (value === null ? null : Number(value) / scale);

export const figure = (name: FigureName, sums: FilmSums): number | null => {
  const { of, scale } = FIGURES[name];
  return shown(of(namedFilmSums(sums)), scale);
};

/** By how much a figure is more than it was; `null` where it was or is not known. */
export const figureChange = (name: FigureName, now: FilmSums, before: FilmSums): number | null => {
  const { of, scale } = FIGURES[name];
  const [valueNow, valueBefore] = [of(namedFilmSums(now)), of(namedFilmSums(before))];
  return shown(valueNow === null || valueBefore === null ? null : valueNow - valueBefore, scale);
};
