import type { OffsetVector } from '@rushes/domain';
import type { Manifest } from '@rushes/ports/manifest';
import type { EventLog } from '@rushes/ports';
import type { RunContext } from '../context/run-context.ts';
import type { StepLog } from '../context/steps.ts';
import { archiveLog } from './archive-log.ts';
import { appendRunBarrier, cutOf, type PlacedCut, requireSameLog } from './cut.ts';
import { mendArchive } from './mend-archive.ts';
import { landedUpTo } from './landing.ts';
import { type Archive, openArchive } from './opening.ts';

/** Which part of the log a run covers, and the archive that holds it. */
export interface LandedLog {
  readonly cut: OffsetVector;
  /** Id of the log that the cut is of, as far as it is known. */
  readonly log: string | undefined;
  readonly archive: Archive;
  readonly overtakenBy: PlacedCut['overtakenBy'];
}

/** The number of landings that a version knew of: where to look for the next. */
export const LANDINGS_FIGURE = 'log.landings';

/** Cuts the log and archives what lies before the cut. Without a log, a run covers what its parent does. */
export const landLog = async (
  context: RunContext,
  log: EventLog | undefined,
  version: number,
  parent: Manifest | undefined,
  steps: StepLog,
): Promise<LandedLog> => {
  const known = parent?.figures[LANDINGS_FIGURE] ?? 0;
  const covered = cutOf(parent);
  if (!log)
    return {
      cut: covered,
      log: parent?.log,
      archive: known === 0 ? { last: undefined, opening: undefined } : await openArchive(context.lake, known),
      overtakenBy: undefined,
    };
  const before = await openArchive(context.lake, known);
  await requireSameLog(context.lake, log, [covered, landedUpTo(before.last)], context.now());
  const barrier = await steps.step('barrier', () => appendRunBarrier(log, version, context.signal));
  const { cut, overtakenBy, last } = await steps.step(
    'bronze.log',
    () => archiveLog(context, log, barrier, before.last),
    ({ landedEvents }) => ({ rows: landedEvents, reused: landedEvents === 0 }),
  );
  const archive = { last, opening: before.opening };
  await steps.step(
    'bronze.log mended',
    () => mendArchive(context, log, version, archive),
    (mended) => ({ rows: mended, reused: mended === 0 }),
  );
  if (overtakenBy) context.logger.warn({ ...overtakenBy }, `barrier ${overtakenBy.number} stands before barrier ${version}`);
  return { cut, log: log.id, archive, overtakenBy };
};
