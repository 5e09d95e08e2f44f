/**
 * What `/analytics` and `/movies/{id}/sentiment` have to say, told event by event from the formulas of docs/analytics.md, with quotients of big integers and an integral
 * for the probability. Shares no code with what it checks.
 */
const DAY_MS = 86_400_000;

/** A rating that was given, a review, or a popularity that TMDB was observed to say; events are in the order of the log. */
export interface PlainEvent {
  readonly movie: string;
  readonly at: number;
  readonly tenths?: number;
  /** Ten-thousandths. */
  readonly compound?: number;
  /** Thousandths. */
  readonly popularity?: number;
}

type Metric = 'rating' | 'sentiment' | 'votes' | 'reviews' | 'popularity';
export const PLAIN_METRICS: readonly Metric[] = ['rating', 'sentiment', 'votes', 'reviews', 'popularity'];
type Window = '7d' | '30d' | '90d';
export const PLAIN_WINDOWS: readonly Window[] = ['7d', '30d', '90d'];

const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

/** Half away from zero. */
const divided = (above: number, below: number): number => {
  const quotient = Number((2n * BigInt(Math.abs(above)) + BigInt(below)) / (2n * BigInt(below)));
  return above < 0 ? 0 - quotient : quotient;
};
const cut = (value: number, places: number): number => {
  const shown = (Math.sign(value) * Math.round(Math.abs(value) * 10 ** places)) / 10 ** places;
  return shown === 0 ? 0 : shown;
};

const middle = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return total([sorted[Math.ceil(half - 1)] ?? 0, sorted[Math.floor(half)] ?? 0]) / 2;
};

const dayText = (day: number): string => new Date(day * DAY_MS).toISOString().replace(/T.*/, '');
const momentText = (day: number): string => `${dayText(day)}T00:00:00.000Z`;

/** Of each film and day what was observed last, of two at one time what came later in the log. */
export const lastObserved = (events: readonly PlainEvent[]): readonly PlainEvent[] => {
  const said = events.filter(({ popularity }) => popularity !== undefined);
  const isSame = (a: PlainEvent, b: PlainEvent): boolean => a.movie === b.movie && Math.floor(a.at / DAY_MS) === Math.floor(b.at / DAY_MS);
  return said.filter((one, n) => !said.some((other, m) => isSame(one, other) && (other.at > one.at || (other.at === one.at && m > n))));
};

const ofMetric = (metric: Metric, events: readonly PlainEvent[], days: number): number | null => {
  const tenths = events.flatMap((event) => event.tenths ?? []);
  const compounds = events.flatMap((event) => event.compound ?? []);
  if (metric === 'popularity') {
    const shown = lastObserved(events).map(({ popularity = 0 }) => popularity);
    return shown.length === 0 ? null : divided(total(shown), shown.length) / 1000;
  }
  if (metric === 'votes') return divided(tenths.length * 1000, days) / 1000;
  if (metric === 'reviews') return divided(compounds.length * 1000, days) / 1000;
  if (metric === 'rating') return tenths.length === 0 ? null : divided(total(tenths) * 100, tenths.length) / 1000;
  return compounds.length === 0 ? null : divided(total(compounds), compounds.length) / 10_000;
};

/** The standard normal distribution outside of ±z, by Simpson's rule. */
const outside = (z: number): number => {
  const steps = 4000;
  const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  const width = z / steps;
  const weight = (n: number): number => (n === 0 || n === steps ? 1 : n % 2 === 1 ? 4 : 2);
  return 1 - (2 * width * total(Array.from({ length: steps + 1 }, (_, n) => weight(n) * density(n * width)))) / 3;
};

const tested = (values: readonly number[]) => {
  const n = values.length;
  const s = total(values.flatMap((late, at) => values.slice(0, at).map((early) => Number(late > early) - Number(late < early))));
  const ties = [...new Set(values)].map((value) => values.filter((one) => one === value).length);
  const variance = (n * (n - 1) * (2 * n + 5) - total(ties.map((t) => t * (t - 1) * (2 * t + 5)))) / 18;
  const z = s === 0 ? 0 : (s > 0 ? s - 1 : s + 1) / Math.sqrt(variance);
  return {
    direction: z > 1.96 ? 'rising' : z < -1.96 ? 'falling' : 'flat',
    significance: { method: 'mann-kendall', days: n, s, z: cut(z, 4), p_value: cut(outside(Math.abs(z)), 4) },
  };
};

const smoothed = (values: readonly number[], today: number, lowest: number, highest: number, places: number) => {
  if (values.length < 8) return null;
  const levels = [values[0] ?? 0];
  for (const value of values.slice(1)) levels.push((levels.at(-1) ?? 0) + 0.3 * (value - (levels.at(-1) ?? 0)));
  const errors = values.slice(1).map((value, at) => value - (levels[at] ?? 0));
  const deviation = Math.sqrt(total(errors.map((error) => error * error)) / errors.length);
  const level = levels.at(-1) ?? 0;
  return {
    method: 'simple-exponential-smoothing',
    alpha: 0.3,
    values: values.length,
    interval: 0.8,
    series: [1, 2, 3, 4, 5, 6, 7].map((step) => {
      const reach = 1.2816 * deviation * Math.sqrt(1 + (step - 1) * 0.3 ** 2);
      const [low, high] = [Math.max(lowest, level - reach), Math.min(highest, level + reach)];
      return { date: dayText(today + step - 1), value: cut(level, places), low: cut(low, places), high: cut(high, places) };
    }),
  };
};

const countOf = (metric: Metric, events: readonly PlainEvent[]): number => {
  if (metric === 'popularity') return lastObserved(events).length;
  const member = metric === 'rating' || metric === 'votes' ? 'tenths' : 'compound';
  return events.filter((event) => event[member] !== undefined).length;
};

/** All but who it is about. @param events of the movie, or of all films of the genre. */
export const plainTrend = (events: readonly PlainEvent[], metric: Metric, window: Window, asOf: number) => {
  const today = Math.floor(asOf / DAY_MS);
  const first = today - Number.parseInt(window, 10) + 1;
  const within = (from: number, to: number) => events.filter(({ at }) => at >= from * DAY_MS && at < (to + 1) * DAY_MS);
  const isCount = metric === 'votes' || metric === 'reviews';
  const valueOn = (day: number): number | null => ofMetric(metric, within(day, day), 1);
  const daysFrom = (from: number, to: number): readonly number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);
  /** Days with values, which are over. */
  const known = (from: number) => daysFrom(from, today - 1).flatMap((day) => valueOn(day) ?? []);
  const dated = daysFrom(first, today - 1).flatMap((day) => {
    const value = valueOn(day);
    return value === null ? [] : [{ day, value }];
  });
  const slopes = dated.flatMap((a) => dated.filter(({ day }) => day > a.day).map((b) => (b.value - a.value) / (b.day - a.day)));
  const best = (values: readonly number[]) => {
    const found = dated.find(({ value }) => value === values[0]);
    return found === undefined ? null : { date: dayText(found.day), value: found.value };
  };
  const ordered = dated.map(({ value }) => value).toSorted((a, b) => a - b);
  const begin = Math.min(first - 6, today - 28);
  return {
    metric,
    window,
    from: momentText(first),
    to: momentText(today + 1),
    ...tested(dated.map(({ value }) => value)),
    change_per_day: slopes.length === 0 ? null : cut(middle(slopes), 6),
    minimum: best(ordered),
    maximum: best(ordered.toReversed()),
    series: daysFrom(first, today).map((day) => ({
      date: dayText(day),
      value: daysFrom(begin, day).reduce<number | null>((last, one) => valueOn(one) ?? last, null),
      count: countOf(metric, within(day, day)),
      moving_average: ofMetric(metric, within(day - 6, day), 7),
      complete: day < today,
    })),
    forecast: smoothed(
      known(today - 28),
      today,
      isCount || metric === 'popularity' ? 0 : metric === 'rating' ? 1 : -1,
      isCount || metric === 'popularity' ? Number.POSITIVE_INFINITY : metric === 'rating' ? 10 : 1,
      metric === 'sentiment' ? 4 : 3,
    ),
  };
};

interface PlainAnomaly {
  readonly kind: string;
  readonly date: string;
  readonly value: number;
  readonly median: number;
  readonly mad: number;
  readonly score: number;
}

/** Of one film, without words. */
const anomaliesOfFilm = (events: readonly PlainEvent[], window: Window, today: number): readonly PlainAnomaly[] => {
  const on = (day: number) => events.filter((one) => (one.tenths ?? one.compound) !== undefined && Math.floor(one.at / DAY_MS) === day);
  const length = Number.parseInt(window, 10);
  const before = Array.from({ length }, (_, n) => today - 1 - length + n);
  const found: PlainAnomaly[] = [];
  const compare = (name: string, day: number, value: number, usual: readonly number[], least: (median: number) => number) => {
    const median = middle(usual);
    const mad = middle(usual.map((one) => Math.abs(one - median)));
    const z = (value - median) / Math.max(1.4826 * mad, least(median));
    if (Math.abs(z) <= 3.5) return;
    const kind = `${name}_${z > 0 ? 'high' : 'low'}`;
    if (kind === 'activity_high' && value < 10) return;
    if (kind === 'activity_low' && (median < 10 || day === today)) return;
    found.push({ kind, date: dayText(day), value, median: cut(median, 3), mad: cut(mad, 3), score: cut(z, 3) });
  };
  for (const day of [today - 1, today]) {
    compare(
      'activity',
      day,
      on(day).length,
      before.map((one) => on(one).length),
      (median) => Math.sqrt(median < 1 ? 1 : median),
    );
    const average = ofMetric('rating', on(day), 1);
    const averages = before.flatMap((one) => ofMetric('rating', on(one), 1) ?? []);
    if (average !== null && on(day).filter(({ tenths }) => tenths !== undefined).length >= 5 && averages.length >= 7)
      compare('rating', day, average, averages, () => 0.5);
  }
  return found.toSorted((a, b) => Math.abs(b.score) - Math.abs(a.score));
};

/** All films that stand out, in order, without the words of their reasons. */
export const plainAnomalies = (events: readonly PlainEvent[], window: Window, asOf: number) => {
  const today = Math.floor(asOf / DAY_MS);
  const first = (anomalies: readonly PlainAnomaly[]): number => Math.abs(anomalies[0]?.score ?? 0);
  return {
    window,
    baseline_from: momentText(today - 1 - Number.parseInt(window, 10)),
    examined_from: momentText(today - 1),
    to: momentText(today + 1),
    movies: [...Map.groupBy(events, ({ movie }) => movie)]
      .map(([id, all]) => ({ id, anomalies: anomaliesOfFilm(all, window, today) }))
      .filter(({ anomalies }) => anomalies.length > 0)
      .toSorted((a, b) => first(b.anomalies) - first(a.anomalies) || (a.id < b.id ? -1 : 1)),
  };
};
