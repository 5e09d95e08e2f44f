/**
 * What reads found to be other than it was written, and what becomes of it: it is removed, as if it had never been written, and coverage of its epoch is
 * trusted no more. Who reads comes by it in the same call, so nobody trusts what is left of the epoch.
 */
import type { DatabaseSync } from 'node:sqlite';

import { CHECKSUM } from './checksums.ts';

export interface Damage {
  /** For people. */
  readonly what: string;
  /** What may lack something now; `undefined`: any epoch. */
  readonly epoch?: number | undefined;
  /** Takes it out of the file. */
  readonly remove: () => void;
}

export interface Damages {
  /** Notes what a read has to leave out. */
  found(damage: Damage): void;
  isEmpty(): boolean;
  /** Within a transaction. Returns what was found since the last time. */
  settle(nowMs: number): readonly string[];
}

export const damagesOf = (database: DatabaseSync): Damages => {
  const distrust = database.prepare(
    `UPDATE coverage SET expires_at_ms = min(expires_at_ms, ?1),
       checksum = ${CHECKSUM}(partition, epoch, generation, from_offset, min(expires_at_ms, ?1), begun, base_us)
     WHERE (?2 IS NULL OR epoch = ?2) AND checksum = ${CHECKSUM}(partition, epoch, generation, from_offset, expires_at_ms, begun, base_us)`,
  );
  let pending: Damage[] = [];
  return {
    found: (damage) => void pending.push(damage),
    isEmpty: () => pending.length === 0,
    settle(nowMs) {
      const settled = pending;
      pending = [];
      for (const { epoch, remove } of settled) {
        remove();
        distrust.run(nowMs, epoch ?? null);
      }
      return settled.map(({ what }) => what);
    },
  };
};
