/**
 * A speed writer of one partition. It works on the first epoch after the published cut that is not complete under an unexpired generation:
 * claims a generation (coverage), then micro-batches, each as a queue of single writes. Going on, beginning, renewing and mending are the same thing.
 */
import { occurrenceReader, NO_OCCURRENCES, type Occurrences, recent, WINDOW } from './duplicates.ts';
import { epochsOf, type Span } from './log.ts';
import { type Coverage, coverageOf, readPosition } from './store.ts';
import { positionKeyOf } from './generations.ts';
import { planMicroBatch } from './micro-batch.ts';
import { perform } from './write.ts';
import {
  afterCut,
  CREATED,
  currentPublication,
  MICROSECONDS,
  partitionAt,
  type Task,
  type World,
  type Write,
  type Writer,
} from './world.ts';

/** Coverage is renewed this long before it expires, in minutes. */
const MARGIN = 6 * 60;

/** Clocks of processes are at most so many minutes off. */
export const CLOCKS = 5;

export const startWriter = (world: World, partition: number, clock: number): Writer => {
  const writer: Writer = {
    partition,
    clock,
    alive: true,
    connection: world.store.incarnation,
    task: undefined,
    queue: [],
    lastTimestamp: 0,
  };
  world.writers.push(writer);
  return writer;
};

export interface WriterStep {
  /** At most so many records a micro-batch. */
  readonly records: number;
  /** Read publication and coverage again, even if the work at hand is not done. */
  readonly look: boolean;
  /** Something breaks while the first record is processed. */
  readonly faulty: boolean;
}

/** One step: reconnects, or does the next write, or plans up to `records` records. Returns whether there was anything to do. */
export const stepWriter = (world: World, writer: Writer, step: WriterStep): boolean => {
  if (!writer.alive) return false;
  if (writer.connection !== world.store.incarnation) {
    reconnect(world, writer);
    return true;
  }
  const [write, ...rest] = writer.queue;
  if (write !== undefined) {
    writer.queue = rest;
    perform(world, write);
    return true;
  }
  writer.queue = plan(world, writer, step);
  return writer.queue.length > 0;
};

const reconnect = (world: World, writer: Writer): void => {
  writer.connection = world.store.incarnation;
  if (!world.rules.rereadPosition) return;
  if (!world.rules.noPositionRetry) for (const write of writer.queue) if (write.kind === 'position') perform(world, write);
  writer.task = undefined;
  writer.queue = [];
};

const plan = (world: World, writer: Writer, { records, look, faulty }: WriterStep): readonly Write[] => {
  const { task } = writer;
  if (!look && task !== undefined && world.now + writer.clock + MARGIN < task.expires) {
    const span = epochsOf(world.rules, partitionAt(world, writer.partition).records).find(({ start }) => start === task.start);
    const { trimmed } = partitionAt(world, writer.partition);
    if (span !== undefined && task.next >= trimmed && task.next < (span.end ?? Infinity))
      return planMicroBatch(world, writer, task, span, records, faulty);
  }
  return lookAndPlan(world, writer, records, faulty);
};

/** Reads the publication and the coverage again, and works on what comes first. */
const lookAndPlan = (world: World, writer: Writer, records: number, faulty: boolean): readonly Write[] => {
  const { partition } = writer;
  const cut = afterCut(currentPublication(world).version, partition);
  const { records: log, trimmed } = partitionAt(world, partition);
  // Part of the log is gone, and the ids in it: the partition waits for a batch.
  if (trimmed > cut && world.rules.stopWhereTrimmed) return [];
  const from = Math.max(cut, trimmed);
  for (const span of epochsOf(world.rules, log).filter(({ end }) => end === undefined || end > from)) {
    // Not where the rule is kept: there the epoch begins after what is trimmed.
    const start = Math.max(span.start, trimmed);
    const coverage = unexpired(world, writer, span.epoch, start);
    if (coverage === undefined) return claimGeneration(world, writer, { ...span, start }, span.end ?? log.length);
    const next = nextOf(world, coverage, { ...span, start });
    if (span.end !== undefined && next >= span.end) continue;
    if (next < trimmed) return [];
    const before = writer.task;
    const task = taskFor(world, writer, coverage, span, next);
    const writes = planMicroBatch(world, writer, task, span, records, faulty);
    if (world.rules.coverageOnce || task === before || writes.length === 0) return writes;
    return [{ kind: 'coverage', coverage: { ...coverage, expires: expiryFromNow(world, writer) } }, ...writes];
  }
  return [];
};

/** The newest generation that lives for some time yet. */
const unexpired = (world: World, { partition, clock }: Writer, epoch: number, start: number): Coverage | undefined =>
  coverageOf(world.store, partition, epoch).find(
    ({ from, expires }) => from <= start && (world.now + clock + MARGIN < expires || !world.rules.renewBeforeExpiry),
  );

/** When rows written from now on expire at the earliest, by any clock. */
const expiryFromNow = (world: World, { clock }: Writer): number =>
  world.now + clock + WINDOW - (world.rules.allowForClocks ? 2 * CLOCKS : 0);

/** Of the first generation: from when the barrier that opened the epoch was appended, or from when the store became the log's. */
const openingBase = (world: World, partition: number, start: number): number => {
  const opened = start === 0 ? CREATED : (partitionAt(world, partition).records[start - 1]?.appended ?? CREATED);
  return opened * MICROSECONDS - start;
};

/** From now, by the writer's clock. */
const ownBase = (world: World, { clock }: Writer, start: number): number => (world.now + clock) * MICROSECONDS - start;

/** A generation after the first is read once it has come to where the log, or the epoch, ends now: there may be answers that go as far. */
const claimGeneration = (world: World, writer: Writer, span: Span, end: number): readonly Write[] => {
  const { partition } = writer;
  const { epoch, start } = span;
  const [newest] = coverageOf(world.store, partition, epoch);
  const projection = { partition, epoch, generation: newest === undefined ? 0 : newest.generation + 1 };
  const through = newest === undefined ? start : end;
  const base = newest === undefined ? openingBase(world, partition, start) : ownBase(world, writer, start);
  const expires = expiryFromNow(world, writer);
  const coverage: Write = { kind: 'coverage', coverage: { ...projection, from: start, through, base, expires } };
  const position: Write = { kind: 'position', position: { ...projection, next: start, closedBy: undefined } };
  return world.rules.positionPerGeneration ? [coverage] : [coverage, position];
};

const nextOf = (world: World, coverage: Coverage, span: Span): number => {
  const position = readPosition(world.store, positionKeyOf(world.rules, coverage));
  if (position !== undefined) return position.next;
  const atCut = world.rules.startAtCut || coverage.generation > 0;
  return atCut ? span.start : (span.end ?? partitionAt(world, coverage.partition).records.length);
};

/** The task goes on in memory for as long as the projection is the same. */
const taskFor = (world: World, writer: Writer, coverage: Coverage, { start }: Span, next: number): Task => {
  const { partition, epoch, generation, expires, base } = coverage;
  if (writer.task?.epoch === epoch && writer.task.generation === generation) return writer.task;
  writer.task = {
    partition,
    epoch,
    generation,
    start,
    expires,
    base: world.rules.oneBase ? base : ownBase(world, writer, start),
    next,
    rows: new Map(),
    occurrences: occurrencesBefore(world, writer, next),
  };
  return writer.task;
};

/** From what the published version knew at its cut, and the records since. */
const occurrencesBefore = (world: World, { partition }: Writer, next: number): Occurrences => {
  if (!world.rules.idsBeforeStart) return NO_OCCURRENCES;
  const { version } = currentPublication(world);
  const { records, trimmed } = partitionAt(world, partition);
  const reader = occurrenceReader(world.rules, version.occurrences[partition] ?? NO_OCCURRENCES);
  for (const record of records.slice(Math.max(afterCut(version, partition), trimmed), next)) reader.isDuplicate(record);
  return recent(world.rules, reader.known());
};
