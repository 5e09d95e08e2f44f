/**
 * Silver events of a version: the parent's files and new ones for what lies between its cut and this one. Whenever events are judged otherwise than they
 * were, under `--full`, and where a file of the parent is gone or damaged, all of them are made anew from the archive. Where the archive begins with an
 * opening balance, what lies before it is taken over from the published version as it is.
 */
import { DUPLICATE_RULE_VERSION, offsetAt, PARTITIONS, SILVER_EVENT_VERSION, type Topic, TOPICS } from '@rushes/domain';
import { areSound, hashJson, type Lake } from '@rushes/lake';
import { quoteIdentifier } from '@rushes/ports/batch-engine';
import type { Manifest, TableFile, TableRecord } from '@rushes/ports/manifest';
import type { DuplicateFilters } from '@rushes/ports';
import type { RunContext } from '../context/run-context.ts';
import { openArchivedRanges } from '../archive/archived-records.ts';
import { cutOf } from '../archive/cut.ts';
import { EVENT_QUARANTINE, EVENT_TABLES, type EventTable } from '../models/event-tables.ts';
import { type EventCounts, judgeRanges } from './judge-range.ts';
import type { LandedLog } from '../archive/land-log.ts';
import { mergeFiles } from './merge-files.ts';
import { type Opening, reaches } from '../archive/opening.ts';
import { beforeCut } from './before-cut.ts';

export interface SilverEvents {
  readonly tables: Readonly<Record<Topic, TableRecord>>;
  readonly quarantine: TableRecord;
  /** The version, or the opening balance, that these events were added to; `undefined`: all was made anew. */
  readonly base: Pick<ParentVersion, 'tables' | 'figures'> | undefined;
  /** What came since the base's cut. */
  readonly added: Readonly<Record<Topic, readonly TableFile[]>>;
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

export const addCounts = (one: EventCounts, other: EventCounts | undefined): EventCounts => ({
  archived: one.archived + (other?.archived ?? 0),
  duplicates: one.duplicates + (other?.duplicates ?? 0),
  quarantined: one.quarantined + (other?.quarantined ?? 0),
});

/** What such figures say. */
export const readEventCounts = (figures: Readonly<Record<string, number>>): Record<Topic, EventCounts> =>
  Object.fromEntries(
    TOPICS.map((topic) => [topic, Object.fromEntries(COUNTED.map((counted) => [counted, figures[figureName(topic, counted)] ?? 0]))]),
  ) as unknown as Record<Topic, EventCounts>; // as: every topic, each count

const SILVER = [...TOPICS.map((topic) => EVENT_TABLES[topic]), EVENT_QUARANTINE];

/** Whether a version's tables of events are there, whole, and counted. */
const hasSoundEvents = async (lake: Lake, version: ParentVersion): Promise<boolean> => {
  if (TOPICS.some((topic) => COUNTED.some((counted) => version.figures[figureName(topic, counted)] === undefined))) return false;
  for (const { name } of SILVER) {
    const table = version.tables.find((one) => one.name === name);
    if (!table || !(await areSound(lake, table.files))) return false;
  }
  return true;
};

/** Whether they were judged and written as this code does, so that they can be added to. */
const areOfForm = ({ tables }: ParentVersion): boolean =>
  SILVER.every(({ name }) => tables.find((table) => table.name === name)?.derivation.startsWith(`${FORM} `) === true);

/** Whether a version's tables of events can be added to as they are. */
export const hasUsableEvents = async (lake: Lake, version: ParentVersion): Promise<boolean> =>
  areOfForm(version) && (await hasSoundEvents(lake, version));

interface Base {
  /** What it has of the log. */
  readonly of: Pick<ParentVersion, 'tables' | 'cut' | 'figures'>;
  /** Files of a table of events that hold what lies before its cut. */
  readonly files: (table: EventTable) => Promise<readonly TableFile[]>;
}

const filesOf = ({ tables }: Pick<ParentVersion, 'tables'>, name: string): readonly TableFile[] =>
  tables.find((table) => table.name === name)?.files ?? [];

const TAKEN = 'scratch.events_taken_over';

/**
 * The rows of a version's table that lie before an opening balance's cut, in a file of their own. They stay as they were judged; columns that came later are
 * empty.
 */
const takeOver = async (
  context: RunContext,
  table: EventTable,
  published: ParentVersion,
  opening: Opening,
): Promise<readonly TableFile[]> => {
  const { engine } = context;
  const earlier = published.tables.find(({ name }) => name === table.name);
  if (!earlier || earlier.rows === 0) return [];
  await engine.defineTable({ ...earlier, name: TAKEN }, beforeCut(cutOf(opening)));
  const columns = table.columns.map(({ name, type }) =>
    earlier.columns.some((column) => column.name === name) ? quoteIdentifier(name) : `CAST(NULL AS ${type}) AS ${quoteIdentifier(name)}`,
  );
  const { name, orderBy } = table;
  const draft = await engine.write({ table: name, select: `SELECT ${columns.join(', ')} FROM ${TAKEN}`, orderBy });
  if (draft.rows > 0) return [await draft.keep(name.replace('.', '/'))];
  await draft.discard();
  return [];
};

const baseOf = async (
  context: RunContext,
  { archive: { opening } }: LandedLog,
  published: ParentVersion | undefined,
  full: boolean,
): Promise<Base | undefined> => {
  const sound =
    published && (!opening || reaches(cutOf(published), opening)) && (await hasSoundEvents(context.lake, published))
      ? published
      : undefined;
  if (sound && !full && areOfForm(sound)) return { of: sound, files: ({ name }) => Promise.resolve(filesOf(sound, name)) };
  if (!opening) return undefined;
  return { of: opening, files: (table) => (sound ? takeOver(context, table, sound, opening) : Promise.resolve([])) };
};

/**
 * @param published the version that this one would follow.
 * @param full make everything anew that can be.
 */
export const buildSilverEvents = async (
  context: RunContext,
  filters: DuplicateFilters,
  landed: LandedLog,
  published: ParentVersion | undefined,
  full: boolean,
): Promise<SilverEvents> => {
  const base = await baseOf(context, landed, published, full);
  const from = cutOf(base?.of);
  const ranges = PARTITIONS.map((partition) => ({ partition, from: offsetAt(from, partition), to: offsetAt(landed.cut, partition) }));
  const judged = await judgeRanges(
    context,
    filters,
    await openArchivedRanges(
      context,
      landed.archive,
      ranges.filter((range) => range.from < range.to),
    ),
  );
  const before = readEventCounts(base?.of.figures ?? {});
  const added = (file: TableFile | undefined): readonly TableFile[] => (file ? [file] : []);
  const tableOf = async (table: EventTable, file: TableFile | undefined): Promise<TableRecord> => {
    const earlier = (await base?.files(table)) ?? [];
    return record(table, file ? await mergeFiles(context, table, [...earlier, file]) : earlier);
  };
  const byTopic = <Value>(value: (topic: Topic) => Value) =>
    Object.fromEntries(TOPICS.map((topic) => [topic, value(topic)])) as Record<Topic, Value>; // as: every topic
  const tables = new Map<Topic, TableRecord>();
  for (const topic of TOPICS) tables.set(topic, await tableOf(EVENT_TABLES[topic], judged.files[topic]));
  return {
    tables: Object.fromEntries(tables) as Record<Topic, TableRecord>, // as: every topic
    quarantine: await tableOf(EVENT_QUARANTINE, judged.quarantine),
    base: base?.of,
    added: byTopic((topic) => added(judged.files[topic])),
    counts: byTopic((topic) => addCounts(before[topic], judged.counts[topic])),
  };
};
