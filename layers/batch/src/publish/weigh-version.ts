import { type Lake, readManifest } from '@rushes/lake';
import type { Manifest, TableRecord } from '@rushes/ports/manifest';
import type { BatchViewStore } from '@rushes/ports';

/** What a table or view takes, in bytes as they are stored. */
export interface Weight {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  /** How much of it the version's parent does not have: what came with this version. */
  readonly newBytes: number;
}

export interface VersionWeights {
  readonly version: number;
  /** The version that was published when the run began; `null` for none, and where its manifest is gone. */
  readonly parent: number | null;
  /** Heaviest first. */
  readonly tables: readonly Weight[];
  /** Heaviest first. `missing`: the store does not have it any more. */
  readonly views: readonly (Weight & { readonly missing: boolean })[];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

const byWeight = (a: Weight, b: Weight): number => b.bytes - a.bytes || (a.name < b.name ? -1 : 1);

const keysOf = (manifest: Manifest | undefined): ReadonlySet<string> =>
  new Set(manifest?.tables.flatMap(({ files }) => files.map(({ key }) => key)) ?? []);

const weightOf = ({ name, rows, files }: TableRecord, before: ReadonlySet<string>): Weight => ({
  name,
  rows,
  bytes: sum(files.map((file) => file.bytes)),
  newBytes: sum(files.filter(({ key }) => !before.has(key)).map((file) => file.bytes)),
});

/** What weighs what in a version; `undefined` if there is none with this number. Files that several tables name count with each. */
export const weighVersion = async (lake: Lake, store: BatchViewStore, version: number): Promise<VersionWeights | undefined> => {
  const manifest = await readManifest(lake, version);
  if (manifest === undefined) return undefined;
  const parent = manifest.parent === null ? undefined : await readManifest(lake, manifest.parent);
  const before = keysOf(parent);
  const views = await Promise.all(
    manifest.views.map(async ({ name, artefact, rows }) => {
      const bytes = await store.bytes(artefact);
      const isShared = parent?.views.some((one) => one.artefact === artefact) ?? false;
      return { name, rows, bytes: bytes ?? 0, newBytes: isShared ? 0 : (bytes ?? 0), missing: bytes === undefined };
    }),
  );
  return {
    version,
    parent: parent?.version ?? null,
    tables: manifest.tables.map((table) => weightOf(table, before)).toSorted(byWeight),
    views: views.toSorted(byWeight),
  };
};
