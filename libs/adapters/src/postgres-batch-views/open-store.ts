/** The batch views in a schema of PostgreSQL: a table per artefact, and one each of artefacts and of publications. */
import { ArtefactNotFoundError, type BatchViewStore, StoreFault } from '@rushes/ports';

import { ArtefactFaultError } from '../artefact-checks/artefact-fault.ts';
import type { PostgresOptions } from '../postgres-access/options.ts';
import type { RequestKind } from '../postgres-access/postgres-failure.ts';
import { openTables } from '../postgres-access/store-tables.ts';
import { storeBoundary } from '../store-errors/store-boundary.ts';
import { artefactReader } from './artefact-reader.ts';
import { buildArtefact } from './build.ts';
import { catalogOf, FORMAT, tableName } from './catalog.ts';
import { publicationsOf } from './publications.ts';
import { removalOf } from './retired.ts';
import { verifiedOf } from './verify.ts';

const ARTEFACT = /^[a-z0-9_-]{1,100}$/;
const DROP_WAIT_MS = 5_000;

/**
 * Opens the store; schema and tables are made where they are missing, unless it is only read. Several processes may use it at once.
 * @throws StoreUnavailable if the server cannot be reached; StoreFault if it does not let this user in, only reads, or has tables of another version.
 */
export const openPostgresBatchViews = async (options: PostgresOptions): Promise<BatchViewStore> => {
  const { readOnly = false, limits = {} } = options;
  const { connections, schema } = await openTables(options, FORMAT);
  const { location } = connections;
  const catalog = catalogOf(connections, schema, readOnly);
  const publications = publicationsOf(connections, schema, readOnly);
  const verified = verifiedOf(connections, schema, catalog);
  const removal = removalOf(connections, schema, catalog, limits.dropWaitMs ?? DROP_WAIT_MS);

  const told = async <Result>(kind: RequestKind, work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw connections.failure(error, kind);
    }
  };
  const reading = <Result>(work: () => Promise<Result>): Promise<Result> => told('read', work);
  const writing = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (readOnly) throw new StoreFault({ location, reason: 'was opened only to be read', hint: 'Open it to be written.' });
    return told('write', work);
  };
  const named = (artefact: string): string => {
    if (!ARTEFACT.test(artefact))
      throw new ArtefactFaultError(`an artefact cannot be named ${JSON.stringify(artefact)}: 1 to 100 of a-z, 0-9, _ and -`);
    return artefact;
  };

  /** Takes an artefact into use, if it is there and sound. */
  const existing = async (artefact: string, signal: AbortSignal | undefined): Promise<number | undefined> => {
    if ((await verified.verify(artefact, { signal })) !== 'sound') return undefined;
    const [revived] = await catalog.revive([artefact]);
    return revived === undefined ? undefined : (await catalog.find(artefact))?.rows;
  };

  const store: BatchViewStore = {
    location,
    build: (artefact, layout, rows, given = {}) =>
      writing(async () => {
        const { signal, anew = false } = given;
        signal?.throwIfAborted();
        const there = async (): Promise<number | undefined> => (anew ? undefined : existing(artefact, signal));
        named(artefact);
        const sound = await there();
        if (sound !== undefined) return sound;
        const built = await buildArtefact({ connections, schema, catalog, artefact, layout, rows, options: given, existing: there });
        await removal.dropOrphans();
        return built;
      }),
    verify: (artefact, hashing) => reading(() => verified.verify(named(artefact), hashing)),
    rowCount: (artefact) => reading(async () => (await catalog.find(named(artefact)))?.rows),
    bytes: (artefact) =>
      reading(async () => {
        const entry = await catalog.find(named(artefact));
        if (entry === undefined) return undefined;
        const [row] = await connections.read({
          text: 'SELECT pg_total_relation_size(to_regclass($1))',
          values: [`${schema}.${tableName(entry.number)}`],
        });
        return Number(row?.[0] ?? 0);
      }),
    open: (artefact) =>
      reading(async () => {
        const entry = await catalog.find(named(artefact));
        if (entry === undefined) throw new ArtefactNotFoundError(location, artefact);
        verified.refuseDamaged(entry);
        return storeBoundary(artefactReader({ connections, schema, catalog, verified }, entry), { location });
      }),
    listArtefacts: () => reading(() => catalog.names()),
    retire: (artefacts) => writing(() => catalog.retire(artefacts)),
    revive: (artefacts) =>
      writing(async () => {
        const there = new Set(await catalog.revive(artefacts));
        return artefacts.filter((artefact) => !there.has(artefact));
      }),
    dropRetired: (graceMs, { signal } = {}) => writing(() => removal.dropRetired(graceMs, signal)),
    insertPublication: (publication) => writing(() => publications.insert(publication)),
    currentPublication: () => reading(async () => (await publications.newest(1))[0]),
    listPublications: (limit) => reading(() => publications.newest(limit)),
    close: () => connections.close(),
  };
  return storeBoundary(store, { location });
};
