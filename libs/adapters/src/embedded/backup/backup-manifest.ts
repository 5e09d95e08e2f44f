/** What a backup's folder holds: written last, so a folder that has it is whole. */
import { posix } from 'node:path';

/** Lies beside the files that it names. */
export const MANIFEST_FILE = 'backup.json';

const FORMAT = 1;

export interface BackupFile {
  /** Below the folder, with `/` between names. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface BackupManifest {
  /** ISO 8601. What was acknowledged before this is in the backup. */
  readonly takenAt: string;
  /** Id of the log; `null`: there was none. */
  readonly log: string | null;
  /** Id of the first log that the lake was made from, which stays when the log is begun anew or the system is copied; `null`: nothing was there. */
  readonly system: string | null;
  /** The version that was served; `null`: none. */
  readonly version: number | null;
  readonly files: readonly BackupFile[];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** Names of a backup from elsewhere must not lead out of the folder that it is restored to. */
const isInside = (path: unknown): path is string =>
  typeof path === 'string' &&
  path !== '' &&
  posix.normalize(path) === path &&
  !path.startsWith('/') &&
  !path.endsWith('/') &&
  !path.split('/').includes('..') &&
  !path.includes('\\') &&
  !path.includes('\0');

const isFile = (value: unknown): value is BackupFile =>
  isRecord(value) &&
  isInside(value['path']) &&
  Number.isSafeInteger(value['bytes']) &&
  Number(value['bytes']) >= 0 &&
  /^[0-9a-f]{64}$/.test(String(value['sha256']));

const isIdOrNull = (value: unknown): value is string | null => value === null || typeof value === 'string';

export const writeManifest = (manifest: BackupManifest): string => `${JSON.stringify({ format: FORMAT, ...manifest }, undefined, 1)}\n`;

/** `undefined`: it is no manifest, or one of another format. */
export const parseManifest = (text: string): BackupManifest | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value['format'] !== FORMAT) return undefined;
  const { takenAt, log, system = log, version, files } = value;
  if (typeof takenAt !== 'string' || !isIdOrNull(log) || !isIdOrNull(system) || !(version === null || typeof version === 'number'))
    return undefined;
  if (!Array.isArray(files) || !files.every(isFile) || new Set(files.map(({ path }) => path)).size < files.length) return undefined;
  return { takenAt, log, system, version, files };
};
