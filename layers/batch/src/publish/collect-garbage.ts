/**
 * Removes what no kept version names. Bronze (the log's archive with it), manifests, run reports and publications stay for ever; silver, keyed views, gold and
 * views can be made again.
 * Runs only after a publication of its own: any other run under way is superseded by that, so what it still builds on may go.
 */
import { type Lake, type Manifest, readManifest } from '@rushes/lake';
import type { BatchViewStore } from '@rushes/ports';

const COLLECTED_LAYERS = ['silver/', 'keyed/', 'gold/', 'views/'];
const HISTORY = 10_000;

/** Files younger than this stay in any case: a run that just began may be about to name them. */
const GRACE_MS = 60 * 60_000;

export interface Collected {
  readonly artefacts: number;
  readonly files: number;
  readonly bytes: number;
}

export const collectGarbage = async (lake: Lake, views: BatchViewStore, keepVersions: number, now: Date): Promise<Collected> => {
  const publications = await views.listPublications(HISTORY);
  const kept = [...new Set(publications.map((publication) => publication.version))].slice(0, keepVersions);
  const keptArtefacts = new Set(
    publications
      .filter(({ version }) => kept.includes(version))
      .flatMap((publication) => Object.values(publication.views).map(({ artefact }) => artefact)),
  );
  let artefacts = 0;
  for (const artefact of await views.listArtefacts()) {
    if (keptArtefacts.has(artefact)) continue;
    await views.dropArtefact(artefact);
    artefacts++;
  }
  const manifests = await Promise.all(kept.map((version) => readManifest(lake, version)));
  const { files, bytes } = await collectFiles(
    lake,
    manifests.filter((manifest) => manifest !== undefined),
    now,
  );
  return { artefacts, files, bytes };
};

const collectFiles = async (lake: Lake, kept: readonly Manifest[], now: Date): Promise<{ files: number; bytes: number }> => {
  const keptFiles = new Set(kept.flatMap((manifest) => manifest.tables.flatMap((table) => table.files.map((file) => file.key))));
  const keptDerivations = new Set(kept.flatMap((manifest) => manifest.derivations.map((derivation) => `derivations/${derivation}.json`)));
  const old = (modifiedAt: Date): boolean => now.getTime() - modifiedAt.getTime() > GRACE_MS;
  // Records before files: a record without its files is only noticed by looking, see findDerived.
  for await (const { key, modifiedAt } of lake.objects.list('derivations/'))
    if (!keptDerivations.has(key) && old(modifiedAt)) await lake.objects.delete(key);
  let files = 0;
  let bytes = 0;
  for (const layer of COLLECTED_LAYERS) {
    for await (const object of lake.objects.list(layer)) {
      if (keptFiles.has(object.key) || !old(object.modifiedAt)) continue;
      await lake.objects.delete(object.key);
      files++;
      bytes += object.bytes;
    }
  }
  return { files, bytes };
};
