/** Whether an artefact's rows are those that its build left, and what this process knows of it. */
import { ArtefactDamagedError, type ArtefactState, type HashOptions } from '@rushes/ports';

import type { Connections } from '../postgres-access/connections.ts';
import { lacksTables } from '../postgres-access/format.ts';
import { showsDamage } from '../postgres-access/postgres-failure.ts';
import { type ArtefactEntry, type Catalog, tableName } from './catalog.ts';
import { rowsSum, sumStatement } from './rows-sum.ts';

export interface Verified {
  verify(artefact: string, options?: HashOptions): Promise<ArtefactState>;
  /** Remembers that a table showed damage when it was read. */
  distrust(entry: ArtefactEntry, how: string): ArtefactDamagedError;
  /** @throws ArtefactDamagedError for a table that was found damaged, or is gone. */
  refuseDamaged(entry: ArtefactEntry): void;
}

/** @param schema quoted. */
export const verifiedOf = (connections: Connections, schema: string, catalog: Catalog): Verified => {
  /** By the number of the table. One that was sound is read again when somebody has written to it. */
  const sound = new Map<number, string>();
  const damaged = new Map<number, string>();

  const damage = ({ name }: ArtefactEntry, how: string): ArtefactDamagedError =>
    new ArtefactDamagedError(`the artefact ${name} in ${connections.location} is damaged (${how}): the next batch run builds it anew`);

  /** What changes when somebody writes to a table: its file, its size, and how often rows were written. */
  const identityOf = async (table: string): Promise<string> => {
    const [row] = await connections.read({
      text: `SELECT concat_ws(' ', pg_relation_filenode(t), pg_relation_size(t), pg_stat_get_tuples_inserted(t), pg_stat_get_tuples_updated(t), pg_stat_get_tuples_deleted(t))
        FROM (SELECT $1::regclass::oid AS t) it`,
      values: [table],
    });
    return String(row?.[0]);
  };

  const look = async (entry: ArtefactEntry, { signal, again = false, onBytes }: HashOptions): Promise<ArtefactState> => {
    const { number, rows, sum } = entry;
    const table = `${schema}.${tableName(number)}`;
    const identity = await identityOf(table);
    if (!again && sound.get(number) === identity) return 'sound';
    sound.delete(number);
    const found = await connections.build(
      async (run) => {
        const [row] = await run(sumStatement(table));
        return row && rowsSum(row);
      },
      { signal },
    );
    onBytes?.(Number(identity.split(' ')[1]));
    if (found?.rows !== rows || found.sum !== sum) {
      damaged.set(number, 'it was found to be other than it was built');
      return 'damaged';
    }
    damaged.delete(number);
    sound.set(number, identity);
    return 'sound';
  };

  return {
    async verify(artefact, options = {}) {
      options.signal?.throwIfAborted();
      const entry = await catalog.find(artefact);
      if (entry === undefined) return 'missing';
      try {
        return entry.isTableThere ? await look(entry, options) : 'damaged';
      } catch (error) {
        if (showsDamage(error)) {
          damaged.set(entry.number, error.message);
          return 'damaged';
        }
        // Dropped, or replaced, since its row was read.
        if (lacksTables(error)) return (await catalog.find(artefact)) === undefined ? 'missing' : 'damaged';
        throw error;
      }
    },
    distrust(entry, how) {
      damaged.set(entry.number, how);
      return damage(entry, how);
    },
    refuseDamaged(entry) {
      const how = entry.isTableThere ? damaged.get(entry.number) : 'its table is gone';
      if (how !== undefined) throw damage(entry, how);
    },
  };
};
