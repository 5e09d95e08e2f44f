/** What several runs said of one thing. */
export interface Figure {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws if there is no value. */
export const figure = (values: readonly number[]): Figure => {
  const sorted = values.toSorted((a, b) => a - b);
  const [lower, upper] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]];
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (lower === undefined || upper === undefined || min === undefined || max === undefined)
    throw new Error('no runs to take a figure from');
  return { median: (lower + upper) / 2, min, max };
};

/** `median (min–max)`, with the unit once, or the value alone where all runs agree. */
export const show = ({ median, min, max }: Figure, write: (value: number) => string): string => {
  if (write(min) === write(max)) return write(median);
  const numberOf = (value: number): string => write(value).replace(/[^0-9.,].*$/, '');
  return `${write(median)} (${numberOf(min)}–${numberOf(max)})`;
};

export const decimals =
  (digits: number) =>
  (value: number): string =>
    value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: 'negative' });

export const seconds = (ms: number): string => `${decimals(ms < 100_000 ? 1 : 0)(ms / 1000)} s`;
export const mebibytes = (value: number): string => `${decimals(0)(value)} MiB`;
export const times = (value: number): string => `${decimals(2)(value)}×`;
export const percent = (value: number): string => `${decimals(0)(value * 100)} %`;
export const millis = (value: number): string => `${decimals(value < 10 ? 2 : 0)(value)} ms`;
export const whole = decimals(0);
