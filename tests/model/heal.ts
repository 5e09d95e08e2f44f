/** What must always be possible: without further faults, writers catch up, one run publishes, and the answer is complete up to the end of the log. */
import { answerOf } from './answer.ts';
import { PARTITIONS } from './log.ts';
import { beginRun, stepRun } from './run.ts';
import { followChanges, refresh, stepServing } from './serving.ts';
import { afterCut, currentPublication, type World } from './world.ts';
import { startWriter, stepWriter } from './writer.ts';

/** More than anything takes here. */
const PLENTY = 200;

const writersCatchUp = (world: World): void => {
  for (const writer of world.writers) writer.alive = false;
  for (const partition of PARTITIONS) {
    const writer = startWriter(world, partition, 0);
    for (let step = 0; step < PLENTY; step += 1) if (!stepWriter(world, writer, { records: 5, look: true, faulty: false })) break;
  }
};

/** @param look is called after each step that may change the answer. */
const serve = (world: World, look: () => void): void => {
  const act = (step: (world: World) => void): void => {
    step(world);
    look();
  };
  act(refresh);
  for (let step = 0; step < 12 && (world.serving.build !== undefined || step === 0); step += 1) act(stepServing);
  act(followChanges);
};

/** What is not as it should be, at the end of the log. */
const wrongWith = (world: World): string | undefined => {
  const answer = answerOf(world);
  if (answer === undefined) return 'there is no answer';
  if (answer.publication !== currentPublication(world)) return 'the current version is not served';
  if (answer.gaps.length > answer.publication.lost.length) return 'the gap stays';
  const behind = world.log.some(({ records }, partition) => (answer.position[partition] ?? 0) < records.length);
  return behind ? 'the answer stays behind the log' : undefined;
};

/** Whatever runs is killed; new writers catch up. That is enough if the log still has what came after the published cut. */
export const healByWriting = (world: World, look: () => void): string | undefined => {
  for (const run of world.runs) if (run.outcome === 'running') run.outcome = 'died';
  world.serving.build = undefined;
  writersCatchUp(world);
  serve(world, look);
  serve(world, look);
  const { version } = currentPublication(world);
  const whole = world.log.every(({ trimmed }, partition) => trimmed <= afterCut(version, partition));
  return whole ? wrongWith(world) : undefined;
};

/** A run has to publish, and then the answer is complete, whatever was trimmed. */
export const healByRunning = (world: World, look: () => void): string | undefined => {
  const run = beginRun(world, false);
  for (let step = 0; step < PLENTY && run.outcome === 'running'; step += 1) stepRun(world, run);
  if (run.outcome !== 'published') return `a run without faults ends as ${run.outcome}`;
  writersCatchUp(world);
  serve(world, look);
  serve(world, look);
  return wrongWith(world);
};
