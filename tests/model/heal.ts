/** What must always be possible: without further faults, writers catch up, one run publishes, and the answer is complete up to the end of the log. */
import type { Answer } from './answer.ts';
import { answerOf } from './answer.ts';
import { PARTITIONS } from './log.ts';
import { beginRun, stepRun } from './run.ts';
import { followChanges, refresh, stepServing } from './serving.ts';
import type { World } from './world.ts';
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

const serve = (world: World): void => {
  refresh(world);
  for (let step = 0; step < 12 && (world.serving.build !== undefined || step === 0); step += 1) stepServing(world);
  followChanges(world);
};

/** Says what is still wrong, if anything is. */
export const heal = (world: World): { readonly wrong: string | undefined; readonly answer: Answer | undefined } => {
  for (const run of world.runs) if (run.outcome === 'running') run.outcome = 'died';
  world.serving.build = undefined;
  writersCatchUp(world);
  const run = beginRun(world, false);
  for (let step = 0; step < PLENTY && run.outcome === 'running'; step += 1) stepRun(world, run);
  writersCatchUp(world);
  serve(world);
  serve(world);
  const answer = answerOf(world);
  if (run.outcome !== 'published') return { answer, wrong: `a run without faults ends as ${run.outcome}` };
  if (answer === undefined) return { answer, wrong: 'there is no answer' };
  const lost = answer.publication.version.lost;
  if (answer.publication.version !== run.version) return { answer, wrong: 'the new version is not served' };
  if (answer.gaps.length > lost.length) return { answer, wrong: 'the gap stays' };
  const behind = world.log.some(({ records }, partition) => (answer.position[partition] ?? 0) < records.length);
  return { answer, wrong: behind ? 'the answer stays behind the log' : undefined };
};
