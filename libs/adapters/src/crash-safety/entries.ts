/**
 * Whether something is at a path. Invariant: only an entry that does not exist counts as absent; one that is there and cannot be looked at (no
 * permission, a link that leads nowhere or in a circle, a parent that is no folder) is an error, since an empty one in its place would hide it.
 */
import { lstatSync, statSync } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

const unlessMissing = async <Found>(look: Promise<Found>): Promise<Found | undefined> => {
  try {
    return await look;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
};

/** Of a path that gave ENOENT: whether it, or the nearest folder above it that has an entry, is a link to nothing. Then the entry is not known to be absent. */
export const leadsNowhere = async (path: string): Promise<boolean> => {
  const entry = await unlessMissing(lstat(path));
  if (entry === undefined) return dirname(path) !== path && leadsNowhere(dirname(path));
  return entry.isSymbolicLink() && (await unlessMissing(stat(path))) === undefined;
};

/** Throws for an entry that cannot be looked at. */
export const isThere = async (path: string): Promise<boolean> => {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (!hasCode(error, 'ENOENT') || (await leadsNowhere(path))) throw error;
    return false;
  }
};

/** The same, at once. */
export const isThereSync = (path: string): boolean => {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return true;
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) statSync(path);
  return false;
};
