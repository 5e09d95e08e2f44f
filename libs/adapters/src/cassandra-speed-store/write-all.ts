/** Writes of one call that take several requests. */
import { StoreUnavailable, WriteInDoubtError } from '@rushes/ports';

import { inParallel } from '../in-parallel/in-parallel.ts';
import type { Session, Statement } from './session.ts';

/**
 * Sends each group in one request, so many at once.
 * @throws WriteInDoubtError if some may have been written and others not.
 */
export const writeAll = async (session: Session, groups: readonly (readonly Statement[])[]): Promise<void> => {
  let written = 0;
  try {
    await inParallel(groups, session.requestsAtOnce, async (group) => {
      await session.writeTogether(group);
      written += 1;
    });
  } catch (error) {
    if (written === 0 || !(error instanceof StoreUnavailable) || error instanceof WriteInDoubtError) throw error;
    const { location, hint } = error;
    throw new WriteInDoubtError({
      location,
      reason: `took a part of a write only: ${error.message.slice(location.length + 1)}`,
      hint,
      cause: error,
    });
  }
};
