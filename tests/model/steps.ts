/** Steps of a history: plain data, so that a history can be replayed, shortened and printed. A step that makes no sense does nothing. */
import { type Event, type Partition, partitionOf } from './log.ts';
import { appendBarrier, beginRun, rollBack, stepRun } from './run.ts';
import { followChanges, refresh, restartServing, stepServing } from './serving.ts';
import { compact, crash, forgetExpired, sync } from './store.ts';
import { append, partitionAt, type Run, type World, type Writer } from './world.ts';
import { startWriter, stepWriter } from './writer.ts';

export type Step =
  /** `through`: the process that appends it. */
  | ({ readonly do: 'event'; readonly through: number } & Event)
  /** True time goes on. */
  | { readonly do: 'advance'; readonly minutes: number }
  /** The clock of a process that appends steps. */
  | { readonly do: 'step clock'; readonly process: number; readonly minutes: number }
  /** The log forgets all but the last records; `lossy`: also what is not archived yet. */
  | { readonly do: 'trim'; readonly partition: number; readonly keep: number; readonly lossy: boolean }
  | { readonly do: 'dump'; readonly movie: number; readonly group: number }
  | { readonly do: 'begin run'; readonly full: boolean }
  | { readonly do: 'run'; readonly run: number; readonly steps: number }
  | { readonly do: 'repeat barrier'; readonly run: number; readonly partition: number }
  | { readonly do: 'end run'; readonly run: number; readonly as: 'failed' | 'died' }
  | { readonly do: 'roll back'; readonly to: number }
  | { readonly do: 'start writer'; readonly partition: number; readonly clock: number }
  | {
      readonly do: 'write';
      readonly partition: number;
      /** Among the partition's living writers. */
      readonly writer: number;
      readonly steps: number;
      readonly records: number;
      readonly look: boolean;
      readonly faulty: boolean;
    }
  | { readonly do: 'kill writer'; readonly partition: number; readonly writer: number }
  | { readonly do: 'crash store'; readonly writes: number }
  | { readonly do: 'compact' }
  | { readonly do: 'restart serving'; readonly clock: number }
  | { readonly do: 'serve'; readonly steps: number }
  | { readonly do: 'refresh' }
  | { readonly do: 'follow' };

type StepOf<Kind extends Step['do']> = Extract<Step, { readonly do: Kind }>;

const at = <T>(items: readonly T[], index: number): T | undefined => (items.length === 0 ? undefined : items[index % items.length]);

const times = (count: number, act: () => void): void => {
  for (let done = 0; done < count; done += 1) act();
};

/** The last run is 0, the one before 1. */
const withRun = (world: World, { run: index }: { readonly run: number }, act: (run: Run) => void): void => {
  const run = at(world.runs.slice(-3).toReversed(), index);
  if (run !== undefined) act(run);
};

const withWriter = (world: World, step: { readonly partition: number; readonly writer: number }, act: (writer: Writer) => void): void => {
  const living = world.writers.filter(({ alive, partition }) => alive && partition === step.partition);
  const writer = at(living, step.writer);
  if (writer !== undefined) act(writer);
};

const trim = (partition: Partition, { keep, lossy }: StepOf<'trim'>): void => {
  const { records, archived } = partition;
  const unarchived = records.findIndex((_, offset) => !(archived[offset] ?? false));
  const safe = unarchived === -1 ? records.length : unarchived;
  const to = Math.max(0, records.length - keep);
  partition.trimmed = Math.max(partition.trimmed, lossy ? to : Math.min(to, safe));
};

const ACTIONS: { readonly [Kind in Step['do']]: (world: World, step: StepOf<Kind>) => void } = {
  event: (world, { do: _, through, ...event }) =>
    void append(world, partitionOf(event), (appended) => ({ ...event, kind: 'event', appended }), through),
  advance: (world, { minutes }) => {
    world.now += minutes;
    sync(world.store);
    if (!world.rules.coverageWithoutTtl) forgetExpired(world.store, world.now);
  },
  'step clock': (world, { process, minutes }) => {
    world.skews[process] = (world.skews[process] ?? 0) + minutes;
  },
  trim: (world, step) => trim(partitionAt(world, step.partition), step),
  dump: (world, { movie, group }) => {
    world.dump = world.dump.with(movie, group);
  },
  'begin run': (world, { full }) => void beginRun(world, full),
  run: (world, step) => withRun(world, step, (run) => times(step.steps, () => stepRun(world, run))),
  'repeat barrier': (world, step) =>
    withRun(world, step, (run) => {
      if (run.returned[step.partition] !== undefined) appendBarrier(world, run, step.partition);
    }),
  'end run': (world, step) =>
    withRun(world, step, (run) => {
      if (run.outcome === 'running') run.outcome = step.as;
    }),
  'roll back': (world, { to }) => {
    const publication = at(world.publications, to);
    if (publication !== undefined) rollBack(world, publication);
  },
  'start writer': (world, { partition, clock }) => void startWriter(world, partition, clock),
  write: (world, step) => withWriter(world, step, (writer) => times(step.steps, () => stepWriter(world, writer, step))),
  'kill writer': (world, step) =>
    withWriter(world, step, (writer) => {
      writer.alive = false;
    }),
  'crash store': (world, { writes }) => crash(world.store, writes, world.rules.losesOnlyTail),
  compact: (world) => compact(world.store, world.now),
  'restart serving': (world, { clock }) => restartServing(world, clock),
  serve: (world, { steps }) => times(steps, () => stepServing(world)),
  refresh: (world) => refresh(world),
  follow: (world) => followChanges(world),
};

export const apply = (world: World, step: Step): void => {
  // as: the action of a step's kind takes steps of that kind
  const act = ACTIONS[step.do] as (world: World, step: Step) => void;
  act(world, step);
};
