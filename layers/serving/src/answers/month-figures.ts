/** Figures of what happened to films within months: sums of exact integers, divided and rounded once. Pure; docs/analytics.md has an example. */
import { addActivities, type MovieActivity, NO_ACTIVITY } from '@rushes/views';

import type { Months } from './film-months.ts';
import { quotient } from './quotient.ts';

const THOUSANDTHS = 1000;
const TEN_THOUSANDTHS = 10_000;
const MONTHS_OF_YEAR = 12;

const FIGURES = {
  ratings: { of: ({ ratings }) => BigInt(ratings), scale: 1 },
  /** Tenths of points are a hundred thousandths each. */
  average_rating: { of: ({ ratings, sumTenths }) => quotient(100n * BigInt(sumTenths), BigInt(ratings)), scale: THOUSANDTHS },
  reviews: { of: ({ reviews }) => BigInt(reviews), scale: 1 },
  average_sentiment: { of: ({ reviews, compoundE4 }) => quotient(BigInt(compoundE4), BigInt(reviews)), scale: TEN_THOUSANDTHS },
} as const satisfies Readonly<Record<string, { readonly of: (activity: MovieActivity) => bigint | null; readonly scale: number }>>;

type MonthFigures = Readonly<Record<keyof typeof FIGURES, number | null>>;

const figuresFrom = (valueOf: (of: (activity: MovieActivity) => bigint | null) => bigint | null): MonthFigures =>
  Object.fromEntries(
    Object.entries(FIGURES).map(([name, { of, scale }]) => {
      const value = valueOf(of);
      return [name, value === null ? null : Number(value) / scale];
    }),
  ) as MonthFigures; // as: a figure for each name

export const monthFigures = (activity: MovieActivity): MonthFigures => figuresFrom((of) => of(activity));

/** By how much figures are more than they were, as they are shown; `null` where one was or is not known. */
export const monthChanges = (now: MovieActivity, before: MovieActivity): MonthFigures =>
  figuresFrom((of) => {
    const [valueNow, valueBefore] = [of(now), of(before)];
    return valueNow === null || valueBefore === null ? null : valueNow - valueBefore;
  });

/** All months that satisfy a condition together. */
const sumOver = (months: Months, isWanted: (year: number, month: number) => boolean): MovieActivity =>
  [...months].reduce(
    (sum, [name, activity]) => (isWanted(Number(name.slice(0, 4)), Number(name.slice(5))) ? addActivities(sum, activity) : sum),
    NO_ACTIVITY,
  );

/** Of a calendar year, or of one month of it (1 to 12). */
export const activityWithin = (months: Months, year: number, month: number | undefined): MovieActivity =>
  sumOver(months, (inYear, inMonth) => inYear === year && (month === undefined || inMonth === month));

/** The twelve months of the calendar, each over all years. */
export const seasonalPattern = (months: Months): readonly ({ readonly month: number } & MonthFigures)[] =>
  Array.from({ length: MONTHS_OF_YEAR }, (_, at) => ({
    month: at + 1,
    ...monthFigures(sumOver(months, (_year, inMonth) => inMonth === at + 1)),
  }));
