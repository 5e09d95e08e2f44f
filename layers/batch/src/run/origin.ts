/**
 * What kind of source a version was made from. Invariant: versions of a sample and of IMDb's files have no common history: a version is never measured
 * against one of the other kind, and a sample takes the place of IMDb's files only where somebody says so.
 */
import type { Lake } from '@rushes/lake';
import type { Origin } from '@rushes/ports/manifest';
import type { Publication } from '@rushes/ports';
import { UsageError } from '@rushes/runtime';
import { originOfSource } from '../bronze/imdb-source.ts';
import { readRunReport } from '../publish/run-record.ts';

/** What a published version was made from; `source` is the folder, where that is known. */
export interface PublishedSource {
  readonly version: number;
  readonly origin: Origin;
  readonly source: string | undefined;
}

/** A publication that does not name its origin was made before origins were kept: then its folder tells, if it is still there. */
export const sourceOfPublication = async (lake: Lake, publication: Publication): Promise<PublishedSource> => {
  const { version, origin } = publication;
  // For people, so a report that cannot be read stops nothing.
  const source = (await readRunReport(lake, version).catch(() => undefined))?.source;
  return { version, source, origin: origin ?? (source === undefined ? 'files' : await originOfSource(source)) };
};

/** @throws UsageError if a sample would take the place of IMDb's files. */
export const checkOrigin = (origin: Origin, parent: PublishedSource | undefined, takeSample: boolean): void => {
  if (origin !== 'sample' || parent?.origin !== 'files' || takeSample) return;
  const read = parent.source === undefined ? '' : `, read from ${parent.source}`;
  throw new UsageError(
    `version ${parent.version} of this data folder is of IMDb's files${read}: a sample does not take its place by accident`,
    {
      hint: `Name their folder (--imdb ${parent.source ?? 'FOLDER'}), or another data folder (--data FOLDER), or add --sample to go back to a sample.`,
    },
  );
};
