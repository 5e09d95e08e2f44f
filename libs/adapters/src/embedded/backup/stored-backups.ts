/**
 * Backups in an object store. Files lie there by what they hold, so what one backup has sent the next one does not send again; a record for each backup says
 * which of them it is made of. Invariant: a record comes after everything that it names, so a backup that has one is whole.
 */
import type { CallOptions, ObjectStore } from '@rushes/ports';

import { type BackupManifest, parseManifest, writeManifest } from './backup-manifest.ts';

const RECORDS = 'backups/';

export const contentKey = (sha256: string): string => `contents/${sha256}`;

/** Names in the order of time. @param takenAt ISO 8601, UTC, with milliseconds. */
const recordKey = (takenAt: string): string => `${RECORDS}${takenAt.replaceAll(':', '-')}.json`;

/** @throws if there is another one of the same moment. */
export const putRecord = async (store: ObjectStore, manifest: BackupManifest, options: CallOptions): Promise<void> => {
  const key = recordKey(manifest.takenAt);
  if (!(await store.putIfAbsent(key, new TextEncoder().encode(writeManifest(manifest)), options)))
    throw new Error(`${store.location} has another ${key}: two systems back up to one place. Name a place for each`);
};

/**
 * The newest backup, or the newest that was taken until a moment; `undefined`: there is none.
 * @throws if its record cannot be read.
 */
export const findRecord = async (
  store: ObjectStore,
  until: Date | undefined,
  options: CallOptions,
): Promise<BackupManifest | undefined> => {
  const last = until && recordKey(until.toISOString());
  let found: string | undefined;
  for await (const { key } of store.list(RECORDS, options)) if (last === undefined || key <= last) found = key;
  if (found === undefined) return undefined;
  const manifest = parseManifest(new TextDecoder().decode((await store.get(found, options)) ?? new Uint8Array()));
  if (manifest === undefined)
    throw new Error(
      `${found} in ${store.location} is damaged, or was written by another version of Rushes: take an older backup (--at TIME), or that version`,
    );
  return manifest;
};
