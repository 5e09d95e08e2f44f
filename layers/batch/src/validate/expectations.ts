/**
 * What must hold of a version before it is published. An unmet expectation of severity `error` stops the publication; a warning is
 * kept with the version and shown.
 */
import { type PartitionRange, TOPICS } from '@rushes/domain';
import type { ReadLines } from '@rushes/ports';
import type { Expectation, Manifest, TableRecord } from '@rushes/ports/manifest';
import { EVENT_QUARANTINE, EVENT_TABLES } from '../models/event-tables.ts';

export interface Measured {
  readonly tables: readonly TableRecord[];
  readonly dumps: Manifest['dumps'];
  readonly views: Manifest['views'];
  /** Figures by name, see `measure.ts`. */
  readonly figures: Readonly<Record<string, number>>;
  /** What was gone from the log before it was archived. */
  readonly gaps?: readonly PartitionRange[];
  /** The published version that this one would follow; `undefined` also where that is of another kind of source, or a sample. */
  readonly parent: Pick<Manifest, 'tables' | 'dumps'> | undefined;
}

/** A table may lose this share of its rows between two versions. */
const MAX_SHRINK = 0.1;
/** A share of quarantined lines above this is an error, once there are enough lines to speak of shares. */
const MAX_QUARANTINE = 0.05;
const MIN_LINES_FOR_SHARES = 100;
/** A share of dangling references above this is worth a warning. */
const MAX_DANGLING = 0.05;
const MAX_UNTITLED = 0.01;
/** What may come to nothing from one version to the next; the last one is a table of earlier versions of this code. */
const SHRINKABLE: ReadonlySet<string> = new Set(['silver.quarantine', EVENT_QUARANTINE.name, 'silver.rating_changes']);

const percent = (share: number): string => `${(share * 100).toFixed(2)}%`;
const rowsOf = (tables: readonly TableRecord[], name: string): number => tables.find((table) => table.name === name)?.rows ?? 0;

/** All expectations with what was found. Pure. */
export const checkExpectations = (measured: Measured): readonly Expectation[] => [
  ...presence(measured),
  ...growth(measured),
  ...quarantine(measured),
  ...integrity(measured),
  ...coverage(measured),
  ...events(measured),
  ...archive(measured),
];

export const refuses = (expectations: readonly Expectation[]): boolean =>
  expectations.some((one) => one.severity === 'error' && !one.passed);

const presence = ({ tables, dumps, parent }: Measured): Expectation[] => {
  const titles = rowsOf(tables, 'silver.titles');
  const lost = dumps.filter((dump) => !dump.present && parent?.dumps.some((before) => before.dataset === dump.dataset && before.present));
  return [
    {
      name: 'there are titles',
      table: 'silver.titles',
      severity: 'error',
      passed: titles > 0,
      observed: `${titles} rows`,
      expected: 'at least 1 row',
    },
    ...lost.map((dump): Expectation => ({
      name: 'no data set disappears',
      table: dump.dataset,
      severity: 'error',
      passed: false,
      observed: 'absent',
      expected: 'present, as in the published version (another catalog belongs into another data folder)',
    })),
  ];
};

const growth = ({ tables, parent }: Measured): Expectation[] =>
  (parent?.tables ?? [])
    .filter((before) => before.name.startsWith('silver.') && !SHRINKABLE.has(before.name) && before.rows > 0)
    .map((before): Expectation => {
      const rows = rowsOf(tables, before.name);
      return {
        name: 'tables do not shrink',
        table: before.name,
        severity: 'error',
        passed: rows >= before.rows * (1 - MAX_SHRINK),
        observed: `${rows} rows after ${before.rows}`,
        expected: `at least ${percent(1 - MAX_SHRINK)} of the published version's rows (another catalog belongs into another data folder)`,
      };
    });

/** Lines of a file below its header; at least one, to divide by. */
const linesRead = ({ lines = 1 }: Pick<Manifest['dumps'][number], 'lines'>): number => Math.max(1, lines - 1);
const linesInQuarantine = (dataset: string, figures: Measured['figures']): number => figures[`quarantine.${dataset}`] ?? 0;

/** What was read of each data set, and what of it is in quarantine. */
export const linesOf = ({
  dumps,
  figures,
}: Pick<Measured, 'figures'> & { readonly dumps: readonly Manifest['dumps'][number][] }): Readonly<Record<string, ReadLines>> =>
  Object.fromEntries(
    dumps
      .filter((dump) => dump.present)
      .map((dump) => [dump.dataset, { read: linesRead(dump), quarantined: linesInQuarantine(dump.dataset, figures) }]),
  );

const quarantine = ({ dumps, figures }: Measured): Expectation[] =>
  dumps
    .filter((dump) => dump.present)
    .map((dump): Expectation => {
      const lines = linesRead(dump);
      const bad = linesInQuarantine(dump.dataset, figures);
      return {
        name: 'few lines are in quarantine',
        table: dump.dataset,
        severity: lines >= MIN_LINES_FOR_SHARES ? 'error' : 'warning',
        passed: bad / lines <= MAX_QUARANTINE,
        observed: `${bad} of ${lines} lines (${percent(bad / lines)})`,
        expected: `at most ${percent(MAX_QUARANTINE)}`,
      };
    });

const integrity = ({ tables, views, figures }: Measured): Expectation[] => {
  const titles = rowsOf(tables, 'silver.titles');
  const equal = (table: string, rows: number, byEvents = 0): Expectation => ({
    name: 'one row per title',
    table,
    severity: 'error',
    passed: rows === titles + byEvents,
    observed: `${rows} rows`,
    expected: `${titles + byEvents} rows, as in silver.titles${byEvents > 0 ? ` and ${byEvents} that only events know` : ''}`,
  });
  const zero = (name: string, table: string, figure: string): Expectation => {
    const found = figures[figure] ?? 0;
    return { name, table, severity: 'error', passed: found === 0, observed: `${found} rows`, expected: '0 rows' };
  };
  const untitled = (figures['titles.untitled'] ?? 0) / Math.max(1, titles);
  return [
    equal('gold.titles', rowsOf(tables, 'gold.titles')),
    equal('gold.imdb_titles', rowsOf(tables, 'gold.imdb_titles')),
    equal('views.titles', views.find((view) => view.name === 'titles')?.rows ?? 0, figures['titles.by_events']),
    zero('title ids are unique', 'gold.titles', 'titles.repeated_ids'),
    zero('ratings are between 1.0 and 10.0', 'silver.ratings', 'ratings.out_of_range'),
    zero('start years are plausible', 'silver.titles', 'titles.year_out_of_range'),
    {
      name: 'titles have a title',
      table: 'silver.titles',
      severity: 'warning',
      passed: untitled <= MAX_UNTITLED,
      observed: percent(untitled),
      expected: `at most ${percent(MAX_UNTITLED)} without`,
    },
  ];
};

const coverage = ({ figures }: Measured): Expectation[] =>
  Object.entries(figures)
    .filter(([name]) => name.startsWith('references.') && name.endsWith('.total'))
    .map(([name, total]): Expectation => {
      const reference = name.slice('references.'.length, -'.total'.length);
      const dangling = figures[`references.${reference}.dangling`] ?? 0;
      return {
        name: 'references lead somewhere',
        table: `silver.${reference}`,
        severity: 'warning',
        passed: dangling <= total * MAX_DANGLING,
        observed: `${dangling} of ${total} dangle`,
        expected: `at most ${percent(MAX_DANGLING)}`,
      };
    });

/** Nothing that was archived is lost on its way: all of it since the log began, not only what this run added. */
const events = ({ tables, figures }: Measured): Expectation[] => {
  const counted = (topic: string, what: string): number => figures[`events.${topic}.${what}`] ?? 0;
  const expectation = (name: string, table: string, found: number, expected: number): Expectation => ({
    name,
    table,
    severity: 'error',
    passed: found === expected,
    observed: `${found} events`,
    expected: `${expected} events`,
  });
  const quarantined = TOPICS.reduce((sum, topic) => sum + counted(topic, 'quarantined'), 0);
  return [
    ...TOPICS.map((topic) =>
      expectation(
        'every archived event is typed, a duplicate, or in quarantine',
        EVENT_TABLES[topic].name,
        rowsOf(tables, EVENT_TABLES[topic].name) + counted(topic, 'duplicates') + counted(topic, 'quarantined'),
        counted(topic, 'archived'),
      ),
    ),
    expectation('rejected events are in quarantine', EVENT_QUARANTINE.name, rowsOf(tables, EVENT_QUARANTINE.name), quarantined),
  ];
};

/** A gap stays for ever, so it does not keep versions from being published; it is told with each of them. */
const archive = ({ gaps = [] }: Measured): Expectation[] =>
  gaps.map(({ partition, from, to }) => ({
    name: 'events are archived before they leave the log',
    table: 'bronze.log',
    severity: 'warning',
    passed: false,
    observed: `offsets ${from} to ${to - 1} of ${partition} were gone from the log before`,
    expected: 'no gap: runs more often than the log is trimmed, a longer retention, a log that is not lost',
  }));
