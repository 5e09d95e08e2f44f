/**
 * The ledger of late events of a version: its parent's files and a new one for what came late since. Where the parent has none of this form, and in full runs,
 * it is made anew from all typed events. Invariant: both give the same rows, since each follows from the events before it alone.
 */
import { type Topic, TOPICS } from '@rushes/domain';
import { areSound, hashJson } from '@rushes/lake';
import { quoteIdentifier } from '@rushes/ports/batch-engine';
import type { TableFile, TableRecord } from '@rushes/ports/manifest';
import { LATE_RULES, type LateRule, lateSelect } from '@rushes/views';
import type { RunContext } from '../context/run-context.ts';
import { LATE_EVENTS } from '../models/event-tables.ts';
import { isOf, keyedName } from './keyed-tables.ts';
import { mergeFiles } from './merge-files.ts';
import type { SilverEvents } from './silver-events.ts';

/** What the ledger has of a topic. */
export interface LateCounts {
  /** Each event counts once, however many views it was late for. */
  readonly events: number;
  readonly longestMs: number;
}

export interface LateEvents {
  readonly table: TableRecord;
  readonly reused: boolean;
  readonly counts: CountsByTopic;
}

export type CountsByTopic = Readonly<Partial<Record<Topic, LateCounts>>>;

/** Topics whose events can be late. */
const LATE_TOPICS = TOPICS.filter((topic) => LATE_RULES.some(({ view }) => view.topic === topic));

const countsOf = (of: (topic: Topic) => LateCounts): CountsByTopic => Object.fromEntries(LATE_TOPICS.map((topic) => [topic, of(topic)]));

const figureName = (topic: Topic, counted: keyof LateCounts): string => `late.${topic}.${counted}`;

/** The counts as figures of a version, from which the next one goes on. */
export const lateFigures = (counts: CountsByTopic): Readonly<Record<string, number>> =>
  Object.fromEntries(
    LATE_TOPICS.flatMap((topic) => [
      [figureName(topic, 'events'), counts[topic]?.events ?? 0],
      [figureName(topic, 'longestMs'), counts[topic]?.longestMs ?? 0],
    ]),
  );

/** What such figures say. */
export const readLateCounts = (figures: Readonly<Record<string, number>>): CountsByTopic =>
  countsOf((topic) => ({ events: figures[figureName(topic, 'events')] ?? 0, longestMs: figures[figureName(topic, 'longestMs')] ?? 0 }));

/** Changes when the same events would give other rows. */
const LEDGER_VERSION = 1;
const FORM = `late ${hashJson([LEDGER_VERSION, LATE_RULES.map(({ kind, view }) => [kind, view.storedName, Object.keys(view.measures)])]).slice(0, 12)}`;

/** Whether a ledger was made by the rules of this code. */
export const isLedgerOfForm = ({ derivation }: TableRecord): boolean => derivation.startsWith(`${FORM} `);

const record = (files: readonly TableFile[]): TableRecord => ({
  name: LATE_EVENTS.name,
  derivation: `${FORM} ${hashJson(files.map((file) => file.sha256)).slice(0, 24)}`,
  columns: [...LATE_EVENTS.columns],
  rows: files.reduce((sum, file) => sum + file.rows, 0),
  files: [...files],
});

/** The states of a rule's view that the added events come after, if they are there as the view is defined now. */
const statesBefore = async ({ lake }: RunContext, { base }: SilverEvents, { view }: LateRule): Promise<TableRecord | undefined> => {
  const table = base?.tables.find(({ name }) => name === keyedName(view));
  return table && isOf(view, table) && (await areSound(lake, table.files)) ? table : undefined;
};

/** The ledger that the added events' rows can be put to. */
const ledgerBefore = async (context: RunContext, silver: SilverEvents): Promise<TableRecord | undefined> => {
  const ledger = silver.base?.tables.find(({ name }) => name === LATE_EVENTS.name);
  if (!ledger || !isLedgerOfForm(ledger) || !(await areSound(context.lake, ledger.files))) return undefined;
  for (const rule of LATE_RULES) if (!(await statesBefore(context, silver, rule))) return undefined;
  return ledger;
};

const EVENTS = 'scratch.late_of';
const EARLIER = 'scratch.late_after';

/** Computes the rows of one rule. @param added of the added events alone. @returns the table that has them; `undefined` if there are no events to look at. */
const findLate = async (context: RunContext, silver: SilverEvents, rule: LateRule, added: boolean): Promise<string | undefined> => {
  const { engine } = context;
  const events = silver.tables[rule.view.topic];
  const files = added ? silver.added[rule.view.topic] : events.files;
  if (files.length === 0) return undefined;
  await engine.defineTable({ ...events, name: EVENTS, files: [...files] });
  const states = added ? await statesBefore(context, silver, rule) : undefined;
  if (states) await engine.defineTable({ ...states, name: EARLIER });
  const table = `scratch.late_${rule.kind === 'bucket' ? rule.view.name : rule.source}`;
  await engine.materialize(table, lateSelect(rule, EVENTS, states && EARLIER));
  return table;
};

/** Builds the table. The silver tables have to be defined. */
export const buildLateEvents = async (context: RunContext, silver: SilverEvents): Promise<LateEvents> => {
  const before = await ledgerBefore(context, silver);
  const known = readLateCounts((before && silver.base?.figures) ?? {});
  if (before && TOPICS.every((topic) => silver.added[topic].length === 0)) return { table: before, reused: true, counts: known };
  const found: string[] = [];
  for (const rule of LATE_RULES) {
    const table = await findLate(context, silver, rule, before !== undefined);
    if (table !== undefined) found.push(table);
  }
  const late = await storeLate(context, found);
  for (const table of found) await context.engine.dropMaterialized(table);
  const files = before?.files ?? [];
  if (!late) return { table: before ?? record(files), reused: before !== undefined, counts: known };
  return {
    table: record(await mergeFiles(context, LATE_EVENTS, [...files, late.file])),
    reused: false,
    counts: countsOf((topic) => add(known[topic], late.counts[topic])),
  };
};

const NONE: LateCounts = { events: 0, longestMs: 0 };
const add = (one = NONE, other = NONE): LateCounts => ({
  events: one.events + other.events,
  longestMs: Math.max(one.longestMs, other.longestMs),
});

interface FoundLate {
  readonly file: TableFile;
  readonly counts: CountsByTopic;
}

const NEW = 'scratch.late_found';

/** Writes what was found into one file. @returns `undefined` if nothing was. */
const storeLate = async ({ engine }: RunContext, tables: readonly string[]): Promise<FoundLate | undefined> => {
  if (tables.length === 0) return undefined;
  const columns = LATE_EVENTS.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  await engine.defineView(NEW, tables.map((table) => `SELECT ${columns} FROM ${table}`).join(' UNION ALL '));
  const counted = await engine.rows(
    `SELECT topic, count(DISTINCT ("partition", "offset")) AS events, max(late_ms) AS longest FROM ${NEW} GROUP BY topic`,
  );
  if (counted.length === 0) return undefined;
  const draft = await engine.write({ table: LATE_EVENTS.name, select: `SELECT * FROM ${NEW}`, orderBy: LATE_EVENTS.orderBy });
  return {
    file: await draft.keep(LATE_EVENTS.name.replace('.', '/')),
    counts: Object.fromEntries(counted.map((row) => [row['topic'], { events: Number(row['events']), longestMs: Number(row['longest']) }])),
  };
};
