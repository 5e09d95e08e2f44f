/** Coverage that a client which only reads does not trust, because it found that something is missing. Others learn of it from whoever may write. */
import type { Coverage } from '@rushes/ports';

import type { Damage } from './damages.ts';

const nameOf = ({ partition, epoch, generation }: Coverage): string => `${partition} ${epoch}.${generation}`;

export const localDistrust = () => {
  const since = new Map<string, number>();
  return {
    /** @param coverage what is there now: a later generation is projected again, and has what is missing. */
    distrust({ epoch, partition }: Damage, coverage: readonly Coverage[], nowMs: number): void {
      for (const one of coverage)
        if ((epoch ?? one.epoch) === one.epoch && (partition ?? one.partition) === one.partition && !since.has(nameOf(one)))
          since.set(nameOf(one), nowMs);
    },
    judged: (one: Coverage): Coverage => ({ ...one, expiresAtMs: Math.min(one.expiresAtMs, since.get(nameOf(one)) ?? Infinity) }),
  };
};
