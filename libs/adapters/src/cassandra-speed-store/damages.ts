/**
 * What reads found to be other than it was written. It is removed as if it had never been written, and coverage of its epoch is trusted no more, before the
 * read returns: who reads on sees that something is missing. A client that only reads distrusts it for itself.
 */
import type { PartitionId } from '@rushes/domain';

export interface Damage {
  /** For people; the same for the same damage. */
  readonly what: string;
  /** What may lack something now; `undefined`: any. */
  readonly epoch?: number | undefined;
  readonly partition?: PartitionId | undefined;
  /** Takes it out of the store. */
  readonly remove: () => Promise<void>;
}

interface DamageRules {
  readonly readOnly: boolean;
  /** Makes coverage that may lack what was lost expire. */
  readonly distrust: (damage: Damage) => Promise<void>;
  readonly notify: (what: string) => void;
}

export interface Damages {
  found(damage: Damage): void;
  isEmpty(): boolean;
  /** Resolves once nobody trusts what is missing. */
  settle(): Promise<void>;
}

export const damagesOf = ({ readOnly, distrust, notify }: DamageRules): Damages => {
  const pending = new Map<string, Damage>();
  // What cannot be removed is found again, and must not end the trust in what was projected since.
  const known = new Set<string>();
  let before: Promise<void> = Promise.resolve();
  const settleAll = async (): Promise<void> => {
    for (const [what, damage] of pending) {
      await distrust(damage);
      if (readOnly) known.add(what);
      else await damage.remove();
      pending.delete(what);
      notify(what);
    }
  };
  return {
    found(damage) {
      if (!known.has(damage.what)) pending.set(damage.what, damage);
    },
    isEmpty: () => pending.size === 0,
    settle() {
      // One after the other: what two reads found is settled once.
      const settled = before.then(settleAll);
      before = settled.catch(() => undefined);
      return settled;
    },
  };
};
