/** What an audit reads, and what of it is not what was stored. */
import { offsetAt, type PartitionId, topicOf } from '@rushes/domain';
import type { BatchViewStore, EventLog, LogRecord, Publication } from '@rushes/ports';

import { openArchivedRanges } from '../archive/archived-records.ts';
import { heldBy } from '../archive/landed-files.ts';
import { landedOf } from '../archive/landing.ts';
import { recordsOf } from '../archive/log-records.ts';
import type { Archive } from '../archive/opening.ts';
import type { RunContext } from '../context/run-context.ts';
import { artefactDamage, type Damage } from '../verify/damage.ts';
import type { LostArchiveFile } from '../verify/verify-archive.ts';

/** Artefacts of a publication that are not what was built. */
export const damagedArtefacts = async (
  views: BatchViewStore,
  publication: Publication,
  signal: AbortSignal,
): Promise<readonly Damage[]> => {
  const found: Damage[] = [];
  for (const { artefact } of Object.values(publication.views)) {
    const state = await views.verify(artefact, { signal });
    if (state === 'damaged' || state === 'missing') found.push(artefactDamage(artefact, state, true));
  }
  return found;
};

/** A partition's records from where the archive begins, before the cut: from the archive, and where a file of it is lost, from the log. */
export const archivedOrLogged = async function* (
  run: RunContext,
  log: EventLog,
  archive: Archive,
  lost: readonly LostArchiveFile[],
  partition: PartitionId,
  cut: number,
): AsyncGenerator<readonly LogRecord[]> {
  const archived = async function* (from: number, to: number): AsyncGenerator<readonly LogRecord[]> {
    if (from >= to) return;
    for (const range of await openArchivedRanges(run, archive, [{ partition, from, to }])) yield* recordsOf(range);
  };
  let at = offsetAt(archive.opening?.cut ?? {}, partition);
  for (const { landing, topic } of lost) {
    if (topic !== topicOf(partition)) continue;
    const { from, to } = landedOf(landing, partition);
    if (from >= Math.min(to, cut) || to <= at) continue;
    yield* archived(at, from);
    for (const held of heldBy(landing, topic))
      if (held.partition === partition) yield* log.range(partition, held.from, Math.min(held.to, cut), { signal: run.signal });
    at = Math.min(to, cut);
  }
  yield* archived(at, cut);
};
