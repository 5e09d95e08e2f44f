/** The batch views in a database of MongoDB: a collection for each artefact, a catalog that names them, and the publications. */
import { ArtefactDamagedError, ArtefactNotFoundError, type ArtefactState, type BatchViewStore, type HashOptions } from '@rushes/ports';

import { connectMongodb } from '../mongodb-server/connect.ts';
import { within } from '../mongodb-server/deadline.ts';
import type { MongodbOptions } from '../mongodb-server/options.ts';
import { storeBoundary } from '../store-errors/store-boundary.ts';
import { type Builder, buildArtefact } from './build.ts';
import { DamagedCatalogError, openCatalog, type WholeArtefact } from './catalog.ts';
import { openPublications } from './publications.ts';
import { artefactReader } from './reader.ts';
import type { StoredRow } from './stored-row.ts';
import { isSound } from './verify.ts';

export interface MongodbBatchViewsOptions extends MongodbOptions {
  /** Only reads. Default: false. */
  readonly readOnly?: boolean;
  /** How long a builder may be silent before it is taken for dead, in milliseconds. It is heard of ten times as often. Default: ten minutes. */
  readonly builderSilenceMs?: number;
}

const ARTEFACT = /^[a-z0-9_-]{1,100}$/;
const BUILDER_SILENCE_MS = 600_000;
const BEATS = 10;

/** @throws StoreUnavailable, StoreFault */
export const openMongodbBatchViews = async (options: MongodbBatchViewsOptions): Promise<BatchViewStore> => {
  const { readOnly = false, builderSilenceMs = BUILDER_SILENCE_MS } = options;
  const connection = await connectMongodb(options);
  const { location, database, limits, request } = connection;
  const catalog = openCatalog(connection);
  const publications = openPublications(connection);
  /** By its token, what reading an artefact as a whole has shown. Collections do not change. */
  const known = new Map<string, 'sound' | 'damaged'>();

  const collection = (artefact: string, token: string) => database.collection<StoredRow>(catalog.collectionOf(artefact, token));
  const builder: Builder = { connection, catalog, collection, beatMs: builderSilenceMs / BEATS };

  const named = (artefact: string): string => {
    if (!ARTEFACT.test(artefact))
      throw new RangeError(`an artefact cannot be named ${JSON.stringify(artefact)}: 1 to 100 of a-z, 0-9, _ and -`);
    return artefact;
  };
  const writable = (doing: string): void => {
    if (readOnly) throw new Error(`${location} was opened read-only: open it for writing before ${doing}`);
  };
  const damaged = (artefact: string, reason: string, cause?: unknown): ArtefactDamagedError =>
    new ArtefactDamagedError(`${artefact} in ${location} is damaged: ${reason}`, { cause });

  /** @throws ArtefactDamagedError */
  const find = async (artefact: string): Promise<WholeArtefact | undefined> => {
    try {
      const whole = await catalog.find(named(artefact));
      if (whole !== undefined && known.get(whole.token) === 'damaged')
        throw damaged(artefact, 'it was found to be other than it was built');
      return whole;
    } catch (error) {
      throw error instanceof DamagedCatalogError ? damaged(artefact, error.message, error) : error;
    }
  };

  const verify = async (artefact: string, { signal, again = false }: HashOptions = {}): Promise<ArtefactState> => {
    named(artefact);
    try {
      const whole = await within(limits.requestTimeoutMs, signal, () => catalog.find(artefact));
      if (whole === undefined) return 'missing';
      const state = again ? undefined : known.get(whole.token);
      if (state !== undefined) return state;
      const sound = await isSound(collection(artefact, whole.token), whole, { timeoutMs: limits.requestTimeoutMs, signal });
      // One that was dropped in the middle has lost rows, not kept wrong ones.
      if (!sound && !(await catalog.isKept(artefact, whole.token))) return 'missing';
      known.set(whole.token, sound ? 'sound' : 'damaged');
      return sound ? 'sound' : 'damaged';
    } catch (error) {
      if (error instanceof DamagedCatalogError) return 'damaged';
      throw error;
    }
  };

  /** What builders and drops that died have left, and what was replaced so long ago. */
  const clean = async (replacedBeforeMs: number): Promise<void> => {
    await catalog.forget(replacedBeforeMs, (await catalog.now()) - builderSilenceMs);
    await catalog.sweep();
  };

  const store: BatchViewStore = {
    location,
    build: (artefact, layout, rows, { parent, signal, anew = false } = {}) =>
      request(
        'write',
        async () => {
          writable('building');
          // Before it is verified: what another builder makes visible after that is not replaced.
          const seen = await catalog.tokenOf(named(artefact));
          const state = anew ? undefined : await verify(artefact, { signal });
          if (state === 'sound' && (await catalog.revive([artefact])).length === 0) {
            const whole = await find(artefact);
            if (whole !== undefined) return whole.rows;
          }
          await clean(-Infinity);
          const { whole, isOwn } = await buildArtefact(builder, {
            artefact,
            layout,
            rows,
            parent,
            signal,
            replaces: anew || state === 'damaged' ? seen : undefined,
          });
          if (isOwn) known.set(whole.token, 'sound');
          return whole.rows;
        },
        signal,
      ),
    verify: (artefact, hashing) => request('read', () => verify(artefact, hashing), hashing?.signal),
    rowCount: (artefact) => request('read', async () => (await find(artefact))?.rows),
    bytes: (artefact) => request('read', async () => (await find(artefact))?.bytes),
    open: (artefact) =>
      request('read', async () => {
        const whole = await find(artefact);
        if (whole === undefined) throw new ArtefactNotFoundError(location, artefact);
        const onDamage = (): void => void known.set(whole.token, 'damaged');
        const reader = artefactReader({ connection, catalog, collection: collection(artefact, whole.token), artefact, whole, onDamage });
        return storeBoundary(reader, { location: `${artefact} in ${location}` });
      }),
    listArtefacts: () => request('read', () => catalog.names()),
    retire: (artefacts) =>
      request('write', () => {
        writable('retiring artefacts');
        return catalog.retire(artefacts);
      }),
    revive: (artefacts) =>
      request('write', () => {
        writable('reviving artefacts');
        return catalog.revive(artefacts);
      }),
    dropRetired: (graceMs, { signal } = {}) =>
      request(
        'write',
        async () => {
          writable('dropping artefacts');
          const beforeMs = (await catalog.now()) - graceMs;
          const dropped: string[] = [];
          for (const artefact of await catalog.retiredBy(beforeMs)) {
            signal?.throwIfAborted();
            if (await catalog.remove(artefact, beforeMs)) dropped.push(artefact);
          }
          await clean(beforeMs);
          return dropped;
        },
        signal,
      ),
    insertPublication: (publication) =>
      request('write', () => {
        writable('publishing');
        return publications.insert(publication);
      }),
    currentPublication: () => request('read', async () => (await publications.newest(1))[0]),
    listPublications: (limit) => request('read', () => publications.newest(limit)),
    close: () => connection.close(),
  };
  return storeBoundary(store, { location });
};
