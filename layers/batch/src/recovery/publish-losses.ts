import { randomUUID } from 'node:crypto';

import type { PartitionRange } from '@rushes/domain';
import type { BatchViewStore } from '@rushes/ports';
import { TransientError } from '@rushes/runtime';

/**
 * Publishes the current version once more, as one that has to do without these ranges: answers name them from now on, not only from the next run on.
 * @throws TransientError if somebody else published at the same moment.
 */
export const publishLosses = async (views: BatchViewStore, lost: readonly PartitionRange[], now: Date): Promise<void> => {
  const current = await views.currentPublication();
  if (lost.length === 0 || current === undefined) return;
  const known = current.lost ?? [];
  const isKnown = ({ partition, from, to }: PartitionRange): boolean =>
    known.some((one) => one.partition === partition && one.from <= from && to <= one.to);
  const publication = {
    ...current,
    number: current.number + 1,
    lost: [...known, ...lost.filter((range) => !isKnown(range))],
    attempt: randomUUID(),
    publishedAt: now.toISOString(),
    reason: 'restart',
  } as const;
  if (!(await views.insertPublication(publication)))
    throw new TransientError(`publication ${publication.number} was made by somebody else at the same moment`, {
      hint: 'End all that runs on these stores, and give the command again.',
    });
};
