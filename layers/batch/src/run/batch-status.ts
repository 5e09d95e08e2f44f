import { openLake, readManifest } from '@rushes/lake';
import type { Dump, Origin } from '@rushes/ports/manifest';
import { batchAgeWarning, type EarlyWarning, type Publication, quarantineWarnings } from '@rushes/ports';
import { summarizeVersions, type VersionSummary } from '../publish/versions.ts';
import { linesOf } from '../validate/expectations.ts';
import { sourceOfPublication } from './origin.ts';
import type { BatchStores } from '../context/stores.ts';

/** What an operator asks first. */
export interface BatchStatus {
  readonly published:
    | {
        readonly publication: Publication;
        /** What it was made from, and from which folder. */
        readonly origin: Origin;
        readonly source: string | undefined;
        /** Seconds since the data that is served had been read. */
        readonly ageS: number;
        readonly dumps: readonly Dump[];
        /** Data sets that were not there: what needs them is empty. */
        readonly absent: readonly string[];
        readonly quarantinedLines: number;
        readonly warnings: number;
        /** What of it comes near to a limit. */
        readonly early: readonly EarlyWarning[];
      }
    | undefined;
  readonly lastRun: VersionSummary | undefined;
}

export const readStatus = async (stores: Pick<BatchStores, 'objects' | 'views'>, now: Date = new Date()): Promise<BatchStatus> => {
  const lake = openLake(stores.objects, '');
  const [[lastRun], publication] = await Promise.all([summarizeVersions(lake, stores.views, 1, now), stores.views.currentPublication()]);
  const manifest = publication && (await readManifest(lake, publication.version));
  const made = publication && (await sourceOfPublication(lake, publication));
  const ageS = Math.max(0, Math.round((now.getTime() - Date.parse(publication?.cutAt ?? '')) / 1000));
  return {
    published: publication &&
      made && {
        publication,
        origin: made.origin,
        source: made.source,
        ageS,
        dumps: manifest?.dumps ?? [],
        absent: manifest?.dumps.flatMap((dump) => (dump.present ? [] : [dump.dataset])) ?? [],
        quarantinedLines: manifest?.tables.find((table) => table.name === 'silver.quarantine')?.rows ?? 0,
        warnings: manifest?.validation.filter((one) => !one.passed).length ?? 0,
        early: [...batchAgeWarning(ageS), ...quarantineWarnings(manifest === undefined ? {} : linesOf(manifest))],
      },
    lastRun,
  };
};
