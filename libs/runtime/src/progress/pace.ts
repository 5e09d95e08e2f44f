/** What is known of a task at one moment. Times in milliseconds. */
export interface TaskState {
  readonly name: string;
  readonly unit: string;
  readonly done: number;
  readonly total: number | undefined;
  readonly elapsedMs: number;
}

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

/** A quantity for people: `1,234 rows`, `1.5 MB`. */
export const formatAmount = (amount: number, unit: string): string => {
  if (unit !== 'bytes') return `${grouped.format(amount)} ${unit}`;
  const scales = ['B', 'kB', 'MB', 'GB', 'TB'];
  let scaled = amount;
  let scale = 0;
  while (scaled >= 1_000 && scale < scales.length - 1) {
    scaled /= 1_000;
    scale += 1;
  }
  return `${short.format(scaled)} ${scales[scale]}`;
};

/** A duration for people: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export const formatDuration = (ms: number): string => {
  const seconds = ms / 1_000;
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

/** Units a second since the start, or `undefined` before anything is done. */
const ratePerSecond = ({ done, elapsedMs }: TaskState): number | undefined =>
  done > 0 && elapsedMs > 0 ? (done * 1_000) / elapsedMs : undefined;

/** Milliseconds until the total is reached at the rate so far, or `undefined` where that cannot be said. */
export const timeLeftMs = (state: TaskState): number | undefined => {
  const rate = ratePerSecond(state);
  return rate === undefined || state.total === undefined ? undefined : (Math.max(0, state.total - state.done) / rate) * 1_000;
};

/** One line on a running task: how far, how fast, how long still. */
export const describeRunning = (state: TaskState): string => {
  const { name, unit, done, total } = state;
  const parts = [name];
  if (total !== undefined && total > 0) parts.push(`${Math.min(100, Math.floor((done / total) * 100))}%`);
  const amount = unit === 'bytes' ? formatAmount(done, unit) : grouped.format(done);
  parts.push(total === undefined ? formatAmount(done, unit) : `${amount} of ${formatAmount(total, unit)}`);
  const rate = ratePerSecond(state);
  if (rate !== undefined) parts.push(`${formatAmount(rate, unit)}/s`);
  const left = timeLeftMs(state);
  if (left !== undefined) parts.push(`${formatDuration(left)} left`);
  return parts.join('  ');
};

/** One line on a task that is over. */
export const describeFinished = ({ name, unit, done, elapsedMs }: TaskState, note: string | undefined): string =>
  [name, ...(done > 0 ? [formatAmount(done, unit)] : []), formatDuration(elapsedMs), ...(note === undefined ? [] : [note])].join('  ');
