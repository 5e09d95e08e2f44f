/** The groups of rows: one view's rows of one epoch and generation. A group expires with the last of its rows, or later. */
import type { DatabaseSync } from 'node:sqlite';

import { recordChecksum } from '../record-checksum/record-checksum.ts';
import { CHECKSUM } from './checksums.ts';
import type { Damages } from './damages.ts';

export interface RowGroup {
  readonly id: number;
  readonly view: string;
  readonly epoch: number;
  readonly generation: number;
}

const PROLONG = `
INSERT INTO row_groups (view, epoch, generation, last_expiry_ms) VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET last_expiry_ms = max(last_expiry_ms, excluded.last_expiry_ms)
RETURNING id, checksum`;

export const rowGroupsOf = (database: DatabaseSync, damages: Damages) => {
  const prolong = database.prepare(PROLONG);
  const seal = database.prepare(`UPDATE row_groups SET checksum = ${CHECKSUM}(id, view, epoch, generation) WHERE id = ?`);
  const all = database.prepare('SELECT id, view, epoch, generation, checksum FROM row_groups ORDER BY epoch, generation');
  const removals = ['DELETE FROM speed_rows WHERE group_id = ?', 'DELETE FROM row_groups WHERE id = ?'].map((sql) => database.prepare(sql));
  return {
    /** The ids of the groups of one write, made if they are not there, that live until at least `expiresAtMs`. */
    forWrite(expiresAtMs: number): (view: string, epoch: number, generation: number) => number {
      const known = new Map<string, number>();
      return (view, epoch, generation) => {
        const name = `${epoch} ${generation} ${view}`;
        let id = known.get(name);
        if (id === undefined) {
          const group = prolong.get(view, epoch, generation, expiresAtMs);
          id = Number(group?.['id']);
          if (group?.['checksum'] === 0) seal.run(id);
          known.set(name, id);
        }
        return id;
      };
    },
    /** All of them are looked at: one whose view or epoch is not what it was would not be found by what it should be. */
    above: (view: string, aboveEpoch: number): readonly RowGroup[] =>
      all.all().flatMap((record) => {
        const { checksum, ...group } = record as unknown as RowGroup & { readonly checksum: number }; // as: the columns of the statement
        const { id, epoch, generation } = group;
        if (checksum !== recordChecksum([id, group.view, epoch, generation])) {
          const remove = (): void => {
            for (const removal of removals) removal.run(id);
          };
          damages.found({ what: `the rows of ${group.view} in epoch ${epoch}.${generation}`, remove });
          return [];
        }
        return group.view === view && epoch > aboveEpoch ? [group] : [];
      }),
  };
};
