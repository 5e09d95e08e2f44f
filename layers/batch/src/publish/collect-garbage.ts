/**
 * Removes what no kept version names of silver, keyed views, ledgers, gold and views, which can be made again. Bronze goes by age (`retention/`); manifests, run reports and
 * publications stay for ever.
 * A run that is under way may build on what no publication names yet, and a reader may still have an earlier version open: artefacts are retired first
 * and dropped by a later run, files of the lake stay for a while after they were written.
 */
import { type Lake, readManifest } from '@rushes/lake';
import type { Manifest } from '@rushes/ports/manifest';
import type { BatchViewStore, ObjectInfo, Publication } from '@rushes/ports';
import { keptPublications } from './kept-publications.ts';

const COLLECTED_LAYERS = ['silver/', 'keyed/', 'ledger/', 'gold/', 'views/'] as const;
const HISTORY = 10_000;

/**
 * Files younger than this stay, and artefacts that were retired less long ago: longer than a reader keeps a version open after the next one is published, and
 * than a run takes from its last look at what it reuses to its publication.
 */
const GRACE_MS = 60 * 60_000;

export interface Collected {
  /** That were retired. */
  readonly artefacts: number;
  readonly files: number;
  readonly bytes: number;
}

const artefactsOf = (publications: readonly Publication[]): readonly string[] => [
  ...new Set(publications.flatMap(({ views }) => Object.values(views).map(({ artefact }) => artefact))),
];

/**
 * Removes the artefacts that were retired long enough ago. What was retired beside a run that published it a moment later comes back into use.
 * @returns how many were removed.
 */
export const dropRetired = async (views: BatchViewStore, keepVersions: number, signal: AbortSignal): Promise<number> => {
  await views.revive(artefactsOf(keptPublications(await views.listPublications(HISTORY), keepVersions)));
  return (await views.dropRetired(GRACE_MS, { signal })).length;
};

/** @param known manifests that need not be read. */
export const collectGarbage = async (
  lake: Lake,
  views: BatchViewStore,
  keepVersions: number,
  now: Date,
  known: readonly Manifest[],
): Promise<Collected> => {
  const publications = await views.listPublications(HISTORY);
  const kept = keptPublications(publications, keepVersions);
  const keptArtefacts = new Set(artefactsOf(kept));
  const unnamed = (await views.listArtefacts()).filter((artefact) => !keptArtefacts.has(artefact));
  await views.retire(unnamed);
  const versions = [...new Set(kept.map(({ version }) => version))];
  const manifestOf = async (version: number): Promise<Manifest | undefined> =>
    known.find((manifest) => manifest.version === version) ?? readManifest(lake, version);
  const manifests = await Promise.all(versions.map(manifestOf));
  const { files, bytes } = await collectFiles(
    lake,
    manifests.filter((manifest) => manifest !== undefined),
    now,
  );
  return { artefacts: unnamed.length, files, bytes };
};

const collectFiles = async (lake: Lake, kept: readonly Manifest[], now: Date): Promise<{ files: number; bytes: number }> => {
  const keptFiles = new Set(kept.flatMap((manifest) => manifest.tables.flatMap((table) => table.files.map((file) => file.key))));
  const keptDerivations = new Set(kept.flatMap((manifest) => manifest.derivations.map((derivation) => `derivations/${derivation}.json`)));
  const old = (modifiedAt: Date): boolean => now.getTime() - modifiedAt.getTime() > GRACE_MS;
  const unnamed = async (layer: `${string}/`, named: ReadonlySet<string>): Promise<readonly ObjectInfo[]> =>
    [...(await lake.objectsOf(layer))].filter(({ key, modifiedAt }) => !named.has(key) && old(modifiedAt));
  const remove = async (objects: readonly ObjectInfo[]): Promise<void> => {
    if (objects.length > 0) await lake.objects.delete(objects.map(({ key }) => key));
  };
  // Records before files: a record without its files is only noticed by looking, see findDerived.
  await remove(await unnamed('derivations/', keptDerivations));
  let files = 0;
  let bytes = 0;
  for (const layer of COLLECTED_LAYERS) {
    const removed = await unnamed(layer, keptFiles);
    await remove(removed);
    files += removed.length;
    bytes += removed.reduce((sum, object) => sum + object.bytes, 0);
  }
  return { files, bytes };
};
