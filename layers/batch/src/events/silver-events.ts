/**
 * Silver events of a version: the parent's files and new ones for what lies between its cut and this one. Whenever events are judged otherwise than they
 * were, under `--full`, and where a file of the parent is gone or damaged, all of them are made anew from the archive.
 */
import { DUPLICATE_RULE_VERSION, offsetAt, PARTITIONS, SILVER_EVENT_VERSION, type Topic, TOPICS } from '@rushes/domain';
import { areSound, hashJson, type Lake } from '@rushes/lake';
import type { Manifest, TableFile, TableRecord } from '@rushes/ports/manifest';
import type { DuplicateFilters } from '@rushes/ports';
import type { RunContext } from '../context/run-context.ts';
import { openArchivedRanges } from '../archive/archived-records.ts';
import { cutOf } from '../archive/cut.ts';
import { EVENT_QUARANTINE, EVENT_TABLES, type EventTable } from '../models/event-tables.ts';
import { type EventCounts, judgeRanges } from './judge-range.ts';
import type { LandedLog } from '../archive/land-log.ts';
import { mergeFiles } from './merge-files.ts';

export interface SilverEvents {
  readonly tables: Readonly<Record<Topic, TableRecord>>;
  readonly quarantine: TableRecord;
  /** What came since the parent's cut; everything where all was made anew. */
  readonly added: Readonly<Record<Topic, readonly TableFile[]>>;
  readonly isAnew: boolean;
  /** What became of all events up to the cut. */
  readonly counts: Readonly<Record<Topic, EventCounts>>;
}

export type ParentVersion = Pick<Manifest, 'version' | 'tables' | 'cut' | 'figures'>;

/** Changes when the same archive would be written into other files' columns. */
const LAYOUT_VERSION = 1;
const FORM = `events ${hashJson([LAYOUT_VERSION, SILVER_EVENT_VERSION, DUPLICATE_RULE_VERSION]).slice(0, 12)}`;

const record = ({ name, columns }: EventTable, files: readonly TableFile[]): TableRecord => ({
  name,
  derivation: `${FORM} ${hashJson(files.map((file) => file.sha256)).slice(0, 24)}`,
  columns: [...columns],
  rows: files.reduce((sum, file) => sum + file.rows, 0),
  files: [...files],
});

const COUNTED = ['archived', 'duplicates', 'quarantined'] as const;
const figureName = (topic: Topic, counted: (typeof COUNTED)[number]): string => `events.${topic}.${counted}`;

/** The counts as figures of a version, from which the next one goes on. */
export const eventFigures = (counts: SilverEvents['counts']): Readonly<Record<string, number>> =>
  Object.fromEntries(TOPICS.flatMap((topic) => COUNTED.map((counted) => [figureName(topic, counted), counts[topic][counted]])));

const SILVER = [...TOPICS.map((topic) => EVENT_TABLES[topic]), EVENT_QUARANTINE];

/** Whether a version's tables can be added to. */
const isUsable = async (lake: Lake, parent: ParentVersion): Promise<boolean> => {
  if (TOPICS.some((topic) => COUNTED.some((counted) => parent.figures[figureName(topic, counted)] === undefined))) return false;
  for (const { name } of SILVER) {
    const table = parent.tables.find((one) => one.name === name);
    if (!table?.derivation.startsWith(`${FORM} `) || !(await areSound(lake, table.files))) return false;
  }
  return true;
};

/** @param parent `undefined`: make everything anew. */
export const buildSilverEvents = async (
  context: RunContext,
  filters: DuplicateFilters,
  landed: LandedLog,
  parent: ParentVersion | undefined,
): Promise<SilverEvents> => {
  const base = parent && (await isUsable(context.lake, parent)) ? parent : undefined;
  const from = cutOf(base);
  const ranges = PARTITIONS.map((partition) => ({ partition, from: offsetAt(from, partition), to: offsetAt(landed.cut, partition) }));
  const judged = await judgeRanges(
    context,
    filters,
    await openArchivedRanges(
      context,
      landed.last,
      ranges.filter((range) => range.from < range.to),
    ),
  );
  const earlier = (name: string): readonly TableFile[] => base?.tables.find((table) => table.name === name)?.files ?? [];
  const added = (file: TableFile | undefined): readonly TableFile[] => (file ? [file] : []);
  const tableOf = async (table: EventTable, file: TableFile | undefined): Promise<TableRecord> =>
    record(table, file ? await mergeFiles(context, table, [...earlier(table.name), file]) : earlier(table.name));
  const byTopic = <Value>(value: (topic: Topic) => Value) =>
    Object.fromEntries(TOPICS.map((topic) => [topic, value(topic)])) as Record<Topic, Value>; // as: every topic
  const tables = new Map<Topic, TableRecord>();
  for (const topic of TOPICS) tables.set(topic, await tableOf(EVENT_TABLES[topic], judged.files[topic]));
  return {
    tables: Object.fromEntries(tables) as Record<Topic, TableRecord>, // as: every topic
    quarantine: await tableOf(EVENT_QUARANTINE, judged.quarantine),
    added: byTopic((topic) => added(judged.files[topic])),
    isAnew: base === undefined,
    counts: byTopic((topic) => {
      const before = (counted: (typeof COUNTED)[number]): number => base?.figures[figureName(topic, counted)] ?? 0;
      const now = judged.counts[topic];
      return {
        archived: before('archived') + (now?.archived ?? 0),
        duplicates: before('duplicates') + (now?.duplicates ?? 0),
        quarantined: before('quarantined') + (now?.quarantined ?? 0),
      };
    }),
  };
};
