/**
 * Work that one process at a time does for all that share the stores, such as asking a service that limits requests. The owners issue its fence, as they do for a
 * partition, whatever projection a process is of. A process that has it says with heartbeats that it lives; once these have run out, another may claim it.
 *
 * Invariant: of those that ever had it, at most one is told that it has it still. It asks before each thing that others would notice; between asking and doing,
 * a process that was held up for longer than its heartbeats last may be a second one, so what is done has to bear being done twice.
 */
import type { PartitionId } from '@rushes/domain';

import type { Heartbeats } from './heartbeats.ts';
import type { Owners } from './owners.ts';
import type { SpeedStore } from './speed-store.ts';

export interface SoleWork {
  /** Takes it, if nobody who lives has it. Whether this process has it then. */
  take(): Promise<boolean>;
  /** Whether it is this process's still, by the store. */
  isMine(): Promise<boolean>;
  /** Says that this process lives; to be called several times in `SOLE_WORK_TTL_MS`. */
  beat(): Promise<void>;
  /** Gives it back, if it has it. */
  release(): Promise<void>;
}

/** How long a process that says nothing counts as living. */
export const SOLE_WORK_TTL_MS = 20_000;

type Stores = Pick<SpeedStore, 'progress'> & { readonly owners: Pick<Owners, 'claim' | 'release'>; readonly heartbeats: Heartbeats };

/**
 * @param stores as they are, not as a projection sees them.
 * @param name of the work: no partition's.
 * @param process an id that no other process has, nor ever had.
 */
export const soleWork = (stores: Stores, name: string, process: string): SoleWork => {
  const partition = name as PartitionId; // as: what owners keep fences by; a text to them
  /** Apart from what the process says of itself as a layer. */
  const id = `${name} ${process}`;
  let fence: number | undefined;

  const owned = async () => (await stores.progress()).find((one) => one.partition === partition) ?? { owner: null, fence: 0 };
  const beat = (): Promise<void> => stores.heartbeats.beat({ id, text: JSON.stringify({ work: name, process }) }, SOLE_WORK_TTL_MS);
  const isMine = async (): Promise<boolean> => {
    if (fence === undefined) return false;
    const now = await owned();
    if (now.owner !== id || now.fence !== fence) fence = undefined;
    return fence !== undefined;
  };
  return {
    isMine,
    beat,
    async take() {
      // First, so that nobody takes it from this process before it is known to live.
      await beat();
      if (await isMine()) return true;
      const now = await owned();
      const living = new Set((await stores.heartbeats.list()).map((one) => one.id));
      if (now.owner !== null && now.owner !== id && living.has(now.owner)) return false;
      fence = await stores.owners.claim(partition, id, now.fence);
      return fence !== undefined;
    },
    async release() {
      if (fence !== undefined) await stores.owners.release(partition, fence);
      fence = undefined;
      await stores.heartbeats.end(id);
    },
  };
};
