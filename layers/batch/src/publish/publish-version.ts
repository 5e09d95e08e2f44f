import type { Lake } from '@rushes/lake';
import { type Manifest, manifestKey } from '@rushes/ports/manifest';
import type { BatchViewStore, Publication } from '@rushes/ports';
import { TransientError } from '@rushes/runtime';
import { RULES } from '@rushes/views';
import { linesOf } from '../validate/expectations.ts';

/** More publications than anybody makes between two deletions of the lake. */
const HISTORY = 10_000;

/**
 * Makes a version the current one, for all views at once: its manifest by put-if-absent, then the publication with the number after the one
 * that was current when the run began. An earlier call with the same `attempt`, a random id, whose answer was lost counts as this one.
 * @returns `undefined` if somebody else published in between: this version is then superseded and stays unpublished.
 */
export const publishVersion = async (
  lake: Lake,
  views: BatchViewStore,
  manifest: Manifest,
  attempt: string,
  now: Date,
): Promise<Publication | undefined> => {
  if (!(await lake.putJsonIfAbsent(manifestKey(manifest.version), manifest)))
    throw new Error(`there is another manifest of version ${manifest.version} already`);
  const gone = await views.revive(manifest.views.map(({ artefact }) => artefact));
  if (gone.length > 0)
    throw new TransientError(`views of version ${manifest.version} were removed while it was built: ${gone.join(', ')}`, {
      hint: 'run again: they are built anew',
    });
  const publication: Publication = {
    number: manifest.parentPublication + 1,
    version: manifest.version,
    manifest: manifestKey(manifest.version),
    views: Object.fromEntries(manifest.views.map(({ name, artefact, rows }) => [name, { artefact, rows }])),
    cut: manifest.cut,
    ...(manifest.lost !== undefined && { lost: manifest.lost }),
    ...(manifest.log !== undefined && { log: manifest.log }),
    attempt,
    cutAt: manifest.cutAt,
    publishedAt: now.toISOString(),
    ...(manifest.origin !== undefined && { origin: manifest.origin }),
    lines: linesOf(manifest),
    rules: RULES,
    reason: 'run',
  };
  return (await views.insertPublication(publication)) ? publication : undefined;
};

/** The highest version that was ever published, 0 for none. */
export const highestPublished = async (views: BatchViewStore): Promise<number> =>
  Math.max(0, ...(await views.listPublications(HISTORY)).map(({ version }) => version));
