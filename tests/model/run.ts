/** A batch run, one step at a time: it can die after any of them, and others run at the same time. */
import { type Artefact, computeVersion } from './batch.ts';
import { highestBarrier, PARTITIONS } from './log.ts';
import { afterCut, append, currentPublication, partitionAt, type Publication, type Run, tableOf, type World } from './world.ts';

export const beginRun = (world: World, full: boolean): Run => {
  const run: Run = {
    began: currentPublication(world),
    full,
    number: 0,
    done: 0,
    returned: [],
    cut: [],
    version: undefined,
    outcome: 'running',
  };
  world.runs.push(run);
  return run;
};

/** Appends the run's barrier. The producer may repeat it, at any time. */
export const appendBarrier = (world: World, run: Run, partition: number): void => {
  run.returned[partition] = append(world, partition, (appended) => ({ kind: 'barrier', number: run.number, appended }));
};

const claim = (world: World, run: Run): void => {
  const { number } = currentPublication(world).version;
  const above = world.rules.freshNumbers ? [...world.claims, ...world.manifests.keys(), highestBarrier(world.log)] : [number];
  run.number = 1 + Math.max(0, ...above);
  world.claims.add(run.number);
};

/** Reads back from the parent's cut where the barrier is, and whether a higher one stands before it. The log keeps barriers for as long as a run lives. */
const readBack = (world: World, run: Run): void => {
  run.cut = PARTITIONS.map((partition) => {
    const { records } = partitionAt(world, partition);
    const from = afterCut(run.began.version, partition);
    const first = records.findIndex((record, offset) => offset >= from && record.kind === 'barrier' && record.number === run.number);
    const higher = records.slice(from, first).some((record) => record.kind === 'barrier' && record.number > run.number);
    if (first === -1 || (higher && world.rules.supersededByHigher)) run.outcome = 'superseded';
    return world.rules.readBack ? first : (run.returned[partition] ?? first);
  });
};

/** Bronze: everything that the log has. */
const land = (world: World): void => {
  for (const { records, archived, trimmed } of world.log)
    for (let offset = trimmed; offset < records.length; offset += 1) archived[offset] = true;
};

const fold = (world: World, run: Run): void => {
  const { number, full, cut } = run;
  run.version = computeVersion(world.rules, world.log, { number, full, cut, parent: run.began.version, dump: world.dump });
};

/** Puts the manifest, if there is none of that number, and begins to load the view artefacts. */
const putManifest = (world: World, run: Run): void => {
  const { version } = run;
  if (version === undefined || world.manifests.has(version.number)) {
    run.outcome = 'superseded';
    return;
  }
  world.manifests.set(version.number, version);
  const name = tableOf(world, version);
  const before: Artefact = world.tables.get(name) ?? { ...version.artefact, states: new Map(), dumps: new Map() };
  world.tables.set(name, { ...before, states: version.artefact.states });
};

const loadRest = (world: World, { version }: Run): void => {
  if (version !== undefined) world.tables.set(tableOf(world, version), version.artefact);
};

const publish = (world: World, run: Run): void => {
  const current = currentPublication(world).number;
  const number = 1 + (world.rules.publishAfterBegin ? run.began.number : current);
  if (run.version === undefined || number <= current) {
    run.outcome = 'superseded';
    return;
  }
  world.publications.push({ number, version: run.version, lost: run.version.lost, by: 'run', began: run.began.number });
  run.outcome = 'published';
};

const STEPS: readonly ((world: World, run: Run) => void)[] = [
  claim,
  ...PARTITIONS.map((partition) => (world: World, run: Run) => appendBarrier(world, run, partition)),
  readBack,
  land,
  fold,
  putManifest,
  loadRest,
  publish,
];

/** Does the run's next step, if it is still running. */
export const stepRun = (world: World, run: Run): void => {
  if (run.outcome !== 'running') return;
  STEPS[run.done]?.(world, run);
  run.done += 1;
};

/** The operator publishes an earlier version again. */
export const rollBack = (world: World, to: Publication): void => {
  const current = currentPublication(world);
  if (to.version === current.version) return;
  const lost = world.rules.rememberLoss ? current.lost : to.version.lost;
  world.publications.push({ number: current.number + 1, version: to.version, lost, by: 'rollback', began: current.number });
};
