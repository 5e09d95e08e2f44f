/** What is in the folder of an address's file: the file itself, or a part of it. */
import { rm, stat } from 'node:fs/promises';
import { readOrigin, removeOrigin } from './origin-record.ts';

export const partOf = (path: string): string => `${path}.part`;

/**
 * From where on a file that was interrupted goes on, and the tag of the version that it is of; `undefined` if it has to begin anew.
 * Of a part that has all its bytes the last one is asked for again, so that an answer always has a body.
 */
export const resumablePart = async (path: string, url: URL): Promise<{ readonly start: number; readonly etag: string } | undefined> => {
  const origin = await readOrigin(partOf(path));
  const info = await stat(partOf(path)).catch(() => undefined);
  if (origin?.url !== url.href || !info?.isFile()) return undefined;
  const start = Math.min(info.size, (origin.bytes ?? Infinity) - 1);
  return start > 0 ? { start, etag: origin.etag } : undefined;
};

/** The complete file, if it is there as it was fetched. */
export const completeFile = async (path: string, url: URL): Promise<{ readonly etag: string; readonly bytes: number } | undefined> => {
  const origin = await readOrigin(path);
  const info = await stat(path).catch(() => undefined);
  return origin?.url === url.href && info?.isFile() && info.size === origin.bytes ? { etag: origin.etag, bytes: info.size } : undefined;
};

export const discardPart = async (path: string): Promise<void> => {
  await removeOrigin(partOf(path));
  await rm(partOf(path), { force: true });
};
