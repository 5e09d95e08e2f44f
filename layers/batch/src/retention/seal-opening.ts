/**
 * Makes the next opening balance. Its states come from the published version's silver events; before it is sealed, a plain recompute over the archive says
 * that they are what the events come to. Only then anything may go.
 */
import { isDeepStrictEqual } from 'node:util';
import { offsetAt, type OffsetVector, PARTITIONS, type PartitionId, topicOf } from '@rushes/domain';
import { areSound } from '@rushes/lake';
import type { TableRecord } from '@rushes/ports/manifest';
import { TerminalError } from '@rushes/runtime';
import { foldSelect, KEYED_VIEWS, type KeyedView, mergeSelect } from '@rushes/views';
import { openArchivedRanges } from '../archive/archived-records.ts';
import { cutOf, manifestCut } from '../archive/cut.ts';
import { ARCHIVE, landedUpTo } from '../archive/landing.ts';
import { recordsOf } from '../archive/log-records.ts';
import { type Archive, type Opening, openingKey } from '../archive/opening.ts';
import { isCompared, startAt } from '../audit/opening-states.ts';
import { recompute, viewsOf } from '../audit/recompute.ts';
import { storedStates } from '../audit/stored-states.ts';
import type { RunContext } from '../context/run-context.ts';
import { betweenCuts } from '../events/before-cut.ts';
import type { EventCounts } from '../events/judge-range.ts';
import { isOf, keyedName, stateTable, storeStates } from '../events/keyed-tables.ts';
import { addCounts, eventFigures, type ParentVersion, readEventCounts } from '../events/silver-events.ts';
import { EVENT_TABLES } from '../models/event-tables.ts';
import type { NextEnd } from './next-end.ts';

const EVENTS = 'scratch.events_before';
const EARLIER = 'scratch.states_before';
const LATER = 'scratch.states_since';

/** A view's table in the opening balance before, if that is of the same definition and sound. */
const tableBefore = async ({ lake }: RunContext, { opening }: Archive, view: KeyedView): Promise<TableRecord | undefined> => {
  const table = opening?.tables.find(({ name }) => name === keyedName(view));
  return table && isOf(view, table) && (await areSound(lake, table.files)) ? table : undefined;
};

const buildStates = async (
  context: RunContext,
  archive: Archive,
  view: KeyedView,
  cut: OffsetVector,
  published: ParentVersion,
): Promise<TableRecord> => {
  const { engine } = context;
  const before = await tableBefore(context, archive, view);
  const events = published.tables.find(({ name }) => name === EVENT_TABLES[view.topic].name);
  if (!events) throw new Error(`version ${published.version} has no ${EVENT_TABLES[view.topic].name}`);
  await engine.defineTable({ ...events, name: EVENTS }, betweenCuts(before ? cutOf(archive.opening) : {}, cut));
  await engine.defineView(LATER, foldSelect(view, EVENTS));
  if (before) await engine.defineTable({ ...before, name: EARLIER });
  const select = before ? mergeSelect(view, EARLIER, LATER) : `SELECT * FROM ${LATER}`;
  const file = await storeStates(context, view, select, `${ARCHIVE}/openings/${view.name}`);
  return stateTable(view, await engine.describe(foldSelect(view, EVENTS)), file);
};

const notSealed = (what: string): TerminalError =>
  new TerminalError(`the archive keeps everything: ${what}`, {
    hint: 'Run `rushes audit`, which says what differs, and `rushes batch run --full`, which computes everything from the archive.',
  });

/** Compares one partition's states with what its archived events come to. @returns how many events that were, and how many were left out why. */
const check = async (
  context: RunContext,
  archive: Archive,
  partition: PartitionId,
  cut: OffsetVector,
  tables: readonly TableRecord[],
): Promise<EventCounts> => {
  const to = offsetAt(cut, partition);
  const start = await startAt(context, archive, partition, to);
  const [range] = await openArchivedRanges(context, archive, [{ partition, from: offsetAt(cutOf(archive.opening), partition), to }]);
  if (!range) throw new Error(`no range of ${partition}`);
  const { covered, counts } = await recompute(partition, recordsOf(range), to, () => undefined, start);
  for (const view of viewsOf(partition)) {
    if (!isCompared(view, start)) continue;
    const expected = new Map(covered.get(view.storedName));
    const table = tables.find(({ name }) => name === keyedName(view));
    if (!table) throw new Error(`no states of ${view.name}`);
    await context.engine.defineTable({ ...table, name: EARLIER });
    for await (const [key, found] of storedStates(context.engine, view, { name: EARLIER, rows: table.rows }, partition, context.signal)) {
      if (!isDeepStrictEqual(found, expected.get(key)?.state))
        throw notSealed(`the state of ${key} in ${view.name} is not what the events of ${partition} before offset ${to} come to`);
      expected.delete(key);
    }
    const [missing] = expected.keys();
    if (missing !== undefined) throw notSealed(`${view.name} lacks ${missing}, which events of ${partition} before offset ${to} make`);
  }
  return counts;
};

/**
 * Builds, checks and seals the opening balance that ends with a landing.
 * @param published has usable events, and covers the landing.
 * @returns `undefined` if another process sealed one meanwhile.
 * @throws TerminalError if the states are not what the archived events come to: nothing is sealed then.
 */
export const sealOpening = async (
  context: RunContext,
  archive: Archive,
  { end, spent }: NextEnd,
  published: ParentVersion,
): Promise<Opening | undefined> => {
  const { lake, now, progress, signal } = context;
  const cut = landedUpTo(end);
  const task = progress.task({ name: 'seal an opening balance', unit: 'parts', total: KEYED_VIEWS.length + PARTITIONS.length });
  const tables: TableRecord[] = [];
  for (const view of KEYED_VIEWS) {
    signal.throwIfAborted();
    tables.push(await buildStates(context, archive, view, cut, published));
    task.advance(1);
  }
  const counts = readEventCounts(archive.opening?.figures ?? {});
  for (const partition of PARTITIONS) {
    signal.throwIfAborted();
    const topic = topicOf(partition);
    counts[topic] = addCounts(counts[topic], await check(context, archive, partition, cut, tables));
    task.advance(1);
  }
  task.finish();
  const number = (archive.opening?.number ?? 0) + 1;
  const opening: Opening = {
    format: 1,
    number,
    cut: manifestCut(cut),
    landing: end.number,
    spent: spent.number,
    spentAt: spent.landedAt,
    sealedAt: now().toISOString(),
    figures: eventFigures(counts),
    tables,
  };
  return (await lake.putJsonIfAbsent(openingKey(number), opening)) ? opening : undefined;
};
