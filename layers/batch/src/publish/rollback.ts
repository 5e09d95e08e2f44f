import { randomUUID } from 'node:crypto';

import { highestOffsets } from '@rushes/domain';
import type { BatchViewStore, Publication } from '@rushes/ports';
import { TerminalError, TransientError } from '@rushes/runtime';

const HISTORY = 1000;

/**
 * Publishes an earlier version again: one more publication, so history stays whole and a run that is under way cannot undo it.
 * Without `toVersion`: the version that was current before the current one.
 * @throws TerminalError if there is no such version, or its views are gone; TransientError if somebody else published at the same moment.
 */
export const rollbackTo = async (views: BatchViewStore, toVersion: number | undefined, now: Date): Promise<Publication> => {
  const history = await views.listPublications(HISTORY);
  const current = history[0];
  if (!current) throw new TerminalError('nothing was ever published', { hint: 'run `rushes batch run` first' });
  const target = history.find((one) => (toVersion === undefined ? one.version < current.version : one.version === toVersion));
  if (!target)
    throw new TerminalError(
      toVersion === undefined ? `there is no version before ${current.version}` : `version ${toVersion} was never published`,
      {
        hint: '`rushes batch list` shows the versions that can be published again',
      },
    );
  if (target.version === current.version) throw new TerminalError(`version ${current.version} is the current one already`);
  const missing = await views.revive(Object.values(target.views).map(({ artefact }) => artefact));
  if (missing.length > 0)
    throw new TerminalError(`the views of version ${target.version} were removed: ${missing.join(', ')}`, {
      hint: 'keep more versions with RUSHES_KEEP_VERSIONS',
    });
  for (const { artefact } of Object.values(target.views))
    if ((await views.verify(artefact)) === 'damaged')
      throw new TerminalError(`the artefact ${artefact} of version ${target.version} in ${views.location} is damaged`, {
        hint: 'name another version, or restore it from a backup',
      });
  const publication: Publication = {
    ...target,
    passed: highestOffsets(current.passed ?? {}, current.cut),
    // What the speed layer has projected since goes by what the current version knows: not by what was lost before that.
    ...(current.lost !== undefined && { lost: current.lost }),
    number: current.number + 1,
    attempt: randomUUID(),
    publishedAt: now.toISOString(),
    reason: 'rollback',
  };
  if (!(await views.insertPublication(publication)))
    throw new TransientError(`publication ${publication.number} was made by somebody else at the same moment`, {
      hint: 'look at `rushes batch list` and try again',
    });
  return publication;
};
