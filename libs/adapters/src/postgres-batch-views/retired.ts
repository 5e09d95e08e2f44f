/** Removes the tables of artefacts that nobody needs any more. Who reads one is waited for, for a moment; then it stays for another time. */
import type { Connections } from '../postgres-access/connections.ts';
import { sqlState } from '../postgres-access/postgres-failure.ts';
import { type Catalog, tableName } from './catalog.ts';

const LOCK_NOT_AVAILABLE = '55P03';

/** `undefined`: somebody reads what was to be removed. */
const unlessRead = async <Result>(work: () => Promise<Result>): Promise<Result | undefined> => {
  try {
    return await work();
  } catch (error) {
    if (sqlState(error) === LOCK_NOT_AVAILABLE) return undefined;
    throw error;
  }
};

export interface Removal {
  dropRetired(graceMs: number, signal?: AbortSignal): Promise<readonly string[]>;
  /** Removes tables that were replaced. */
  dropOrphans(): Promise<void>;
}

/** @param schema quoted. */
export const removalOf = (connections: Connections, schema: string, catalog: Catalog, waitMs: number): Removal => {
  const dropTable = (number: number): string => `DROP TABLE IF EXISTS ${schema}.${tableName(number)}`;
  const wait = `SET LOCAL lock_timeout = ${Math.max(1, Math.trunc(waitMs))}`;
  const dropOrphans = async (): Promise<void> => {
    for (const number of await catalog.orphans())
      await unlessRead(() =>
        connections.transaction(async (run) => {
          await run(wait);
          await run(dropTable(number));
        }),
      );
  };
  return {
    dropOrphans,
    async dropRetired(graceMs, signal) {
      signal?.throwIfAborted();
      const dropped: string[] = [];
      for (const artefact of await catalog.due(graceMs)) {
        signal?.throwIfAborted();
        const isDropped = await unlessRead(() =>
          connections.transaction(
            async (run) => {
              await run(wait);
              const number = await catalog.take(run, artefact, graceMs);
              // Somebody has taken it into use meanwhile.
              if (number === undefined) return false;
              await run(dropTable(number));
              return true;
            },
            { signal },
          ),
        );
        if (isDropped === true) dropped.push(artefact);
      }
      await dropOrphans();
      return dropped;
    },
  };
};
