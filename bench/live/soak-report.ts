/** A soak as a table, one row a look, and what grew in its second half: by then what is kept up to a bound should be full. */
import { decimals, whole } from '../report/figure.ts';
import type { SoakSample } from './measured.ts';

const COLUMNS: readonly (readonly [title: string, value: (sample: SoakSample) => string])[] = [
  ['after', ({ atS }) => `${whole(atS)} s`],
  ['events', ({ events }) => whole(events)],
  ['runs', ({ runs }) => whole(runs)],
  ['resident', ({ rssMb }) => whole(rssMb)],
  ['of it in files', ({ rssFileMb }) => whole(rssFileMb)],
  ['JavaScript, living', ({ heapUsedMb }) => whole(heapUsedMb)],
  ['JavaScript, held', ({ heapTotalMb }) => whole(heapTotalMb)],
  ['native', (sample) => whole(nativeMb(sample))],
  ['changed titles', ({ overlayTitles }) => whole(overlayTitles)],
  ['log', ({ logMb, logWalMb }) => `${decimals(1)(logMb)} + ${decimals(1)(logWalMb)}`],
  ['speed store', ({ speedMb, speedWalMb }) => `${decimals(1)(speedMb)} + ${decimals(1)(speedWalMb)}`],
];

/** What neither JavaScript nor files hold: SQLite's pages, the batch engine, stacks, what the allocator keeps. */
const nativeMb = ({ rssMb, rssFileMb, heapTotalMb }: SoakSample): number => Math.max(0, rssMb - rssFileMb - heapTotalMb);

const line = (cells: readonly string[]): string =>
  `| ${cells.map((cell, at) => cell.padStart(COLUMNS[at]?.[0].length ?? 0)).join(' | ')} |`;

export const soakHead = (): string => {
  const titles = COLUMNS.map(([title]) => title);
  return [line(titles), line(titles.map((title) => `${'-'.repeat(title.length - 1)}:`))].join('\n');
};

export const soakRow = (sample: SoakSample): string => line(COLUMNS.map(([, value]) => value(sample)));

const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Medians, because a run that is under way needs memory of its own. */
export const describeSoak = (samples: readonly SoakSample[]): string => {
  const [third, last] = [
    samples.slice(Math.floor(samples.length / 2), Math.floor(samples.length * 0.75)),
    samples.slice(Math.floor(samples.length * 0.75)),
  ];
  const growth = (of: (sample: SoakSample) => number): number => medianOf(last.map(of)) - medianOf(third.map(of));
  const events = growth((sample) => sample.events);
  const parts: readonly (readonly [string, (sample: SoakSample) => number])[] = [
    ['resident', ({ rssMb }) => rssMb],
    ['living JavaScript heap', ({ heapUsedMb }) => heapUsedMb],
    ['native memory', nativeMb],
  ];
  const told = parts.map(
    ([name, of]) => `${name} ${decimals(1)(growth(of))} MiB (${whole((growth(of) * 2 ** 20) / events)} bytes an event)`,
  );
  return `From the third to the fourth quarter, ${whole(events)} events: ${told.join(', ')}.`;
};
