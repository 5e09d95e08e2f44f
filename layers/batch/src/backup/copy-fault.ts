/**
 * Whether copies of the stores, taken one after the other while runs went on, fit together: the served version is whole, and every event of the log is in the
 * copied archive, in the copied log, or in both.
 */
import { PARTITIONS } from '@rushes/domain';
import { type Lake, openLake, readManifest } from '@rushes/lake';
import {
  type BatchViewStore,
  boundsAt,
  type EventLog,
  knownLog,
  logFaultOfSource,
  type ObjectStore,
  type Publication,
} from '@rushes/ports';
import { landedOf, lastLanding } from '../archive/landing.ts';

export interface CopiedStores {
  readonly objects: ObjectStore;
  readonly views: BatchViewStore;
  readonly log: EventLog | undefined;
}

const versionFault = async (lake: Lake, views: BatchViewStore, { version, views: named }: Publication): Promise<string | undefined> => {
  const artefacts = new Set(await views.listArtefacts());
  for (const [name, { artefact }] of Object.entries(named))
    if (!artefacts.has(artefact)) return `the view ${name} of version ${version} is not in ${views.location}`;
  const manifest = await readManifest(lake, version);
  if (!manifest) return `the manifest of version ${version} is not in ${lake.objects.location}`;
  for (const { key, bytes } of manifest.tables.flatMap(({ files }) => files))
    if ((await lake.objects.head(key))?.bytes !== bytes) return `${key} of version ${version} is not in ${lake.objects.location}`;
  return undefined;
};

const logGap = async (lake: Lake, log: EventLog): Promise<string | undefined> => {
  const last = await lastLanding(lake);
  const bounds = await log.bounds();
  for (const partition of PARTITIONS) {
    const [{ earliest, next }, { to }] = [boundsAt(bounds, partition), landedOf(last, partition)];
    if (earliest > to) return `the log begins at offset ${earliest} of ${partition}, the archive ends at ${to}`;
    if (next < to) return `the log ends at offset ${next} of ${partition}, the archive at ${to}`;
  }
  return undefined;
};

/** What does not fit together; `undefined`: all does. */
export const copyFault = async ({ objects, views, log }: CopiedStores): Promise<string | undefined> => {
  const lake = openLake(objects, '');
  const publication = await views.currentPublication();
  const unfit = publication && (await versionFault(lake, views, publication));
  if (unfit !== undefined) return unfit;
  if (log !== undefined) return (await logFaultOfSource({ objects, views, log }))?.message ?? (await logGap(lake, log));
  const known = await knownLog(objects, views);
  return known && `there is no log, but ${known.told}`;
};
