/** The groups of rows: one view's rows of one epoch and generation. A group expires with the last of its rows, or later. */
import type { DatabaseSync } from 'node:sqlite';

export interface RowGroup {
  readonly id: number;
  readonly epoch: number;
  readonly generation: number;
}

const PROLONG = `
INSERT INTO row_groups (view, epoch, generation, last_expiry_ms) VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET last_expiry_ms = max(last_expiry_ms, excluded.last_expiry_ms)
RETURNING id`;

export const rowGroupsOf = (database: DatabaseSync) => {
  const prolong = database.prepare(PROLONG);
  const above = database.prepare('SELECT id, epoch, generation FROM row_groups WHERE view = ? AND epoch > ? ORDER BY epoch, generation');
  return {
    /** The ids of the groups of one write, made if they are not there, that live until at least `expiresAtMs`. */
    forWrite(expiresAtMs: number): (view: string, epoch: number, generation: number) => number {
      const known = new Map<string, number>();
      return (view, epoch, generation) => {
        const name = `${epoch} ${generation} ${view}`;
        let id = known.get(name);
        if (id === undefined) {
          id = Number(prolong.get(view, epoch, generation, expiresAtMs)?.['id']);
          known.set(name, id);
        }
        return id;
      };
    },
    // as: the columns of the statement, all of them integers
    above: (view: string, epoch: number): readonly RowGroup[] => above.all(view, epoch) as unknown as readonly RowGroup[],
  };
};
