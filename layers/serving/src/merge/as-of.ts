/**
 * Earlier versions as they were published: the batch layer of that version alone, without what events added since. A few stay open, the least recently
 * asked for are closed; who reads one holds it.
 */
import { ArtefactNotFoundError, type BatchViewStore, type Publication } from '@rushes/ports';
import { LRUCache } from 'lru-cache';

import { notFound } from '../http/problem.ts';
import { openPublication, type Snapshot, takeSnapshot } from './snapshot.ts';

export interface EarlierVersions {
  /** Throws a 404 `Problem` if the version was never published, or is not kept any more. */
  snapshot(version: number): Promise<Snapshot>;
  close(): void;
}

const OPEN_VERSIONS = 3;
const HISTORY = 1000;

export const openEarlierVersions = (
  store: BatchViewStore,
  codeVersion: string,
  onTrouble: (message: string, error: unknown) => void,
): EarlierVersions => {
  const open = new LRUCache<number, Snapshot>({ max: OPEN_VERSIONS, dispose: (snapshot) => snapshot.release() });
  const opening = new Map<number, Promise<Snapshot>>();
  const missing = (version: number) => notFound(`Version ${version} was never published, or is not kept any more.`);

  const openVersion = async (version: number): Promise<Snapshot> => {
    const found: Publication | undefined = (await store.listPublications(HISTORY)).find((one) => one.version === version);
    if (found === undefined) throw missing(version);
    try {
      const publication = await openPublication(store, found, (error) => onTrouble('an artefact could not be closed', error), true);
      const snapshot = takeSnapshot(publication, codeVersion, undefined, false);
      open.set(version, snapshot);
      return snapshot;
    } catch (error) {
      throw error instanceof ArtefactNotFoundError ? missing(version) : error;
    }
  };

  return {
    async snapshot(version) {
      const known = open.get(version);
      if (known !== undefined) return known;
      const begun = opening.get(version) ?? openVersion(version).finally(() => opening.delete(version));
      opening.set(version, begun);
      return begun;
    },
    close: () => open.clear(),
  };
};
