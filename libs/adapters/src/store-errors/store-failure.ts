/** What the operating system and SQLite say, as the ports' errors. Pure but for one look at a file that SQLite cannot open, whose reason it does not tell. */
import { accessSync, constants } from 'node:fs';

import { StoreFault, type StoreErrorDetails, StoreUnavailable } from '@rushes/ports';

import { hasCode } from '../crash-safety/entries.ts';
import { sqliteCode } from '../sqlite-access/error-codes.ts';

/** Which store it is, and its own ways out. */
export interface StoreIdentity {
  readonly location: string;
  /** What to do when its file is damaged, as a sentence. */
  readonly onDamage?: string | undefined;
}

type Trouble = Pick<StoreErrorDetails, 'reason' | 'hint'> & { readonly kind: typeof StoreUnavailable | typeof StoreFault };

const FULL: Trouble = { kind: StoreUnavailable, reason: 'has no space left', hint: 'Free some space, then try again.' };
const BUSY: Trouble = { kind: StoreUnavailable, reason: 'is in use by another process', hint: 'Try again.' };
const DISK: Trouble = {
  kind: StoreUnavailable,
  reason: 'cannot be read or written just now',
  hint: 'See whether the disk is sound and mounted, then try again.',
};
const LIMITS: Trouble = {
  kind: StoreUnavailable,
  reason: 'cannot be opened: this process is at a limit of the system',
  hint: 'Try again; if it stays, allow the process more open files or memory.',
};
const NETWORK: Trouble = { kind: StoreUnavailable, reason: 'is out of reach', hint: 'See whether it runs and the network leads to it.' };
const MISSING: Trouble = {
  kind: StoreFault,
  reason: 'is missing, or a part of it',
  hint: 'See whether its disk is mounted and the path is right; else restore it from a backup.',
};
const FORBIDDEN: Trouble = {
  kind: StoreFault,
  reason: 'may not be used by this process',
  hint: 'Let the user of this process read and write it.',
};
const READ_ONLY: Trouble = {
  kind: StoreFault,
  reason: 'cannot be written to',
  hint: 'Mount it writable, or let the user of this process write to it.',
};
const DAMAGED: Trouble = { kind: StoreFault, reason: 'is damaged', hint: 'Restore it from a backup.' };

const BY_ERRNO: ReadonlyMap<string, Trouble> = new Map(
  [
    { codes: ['ENOSPC', 'EDQUOT'], trouble: FULL },
    { codes: ['EBUSY', 'EAGAIN', 'ETXTBSY'], trouble: BUSY },
    { codes: ['EIO', 'ESTALE', 'ENODEV', 'ENXIO', 'EREMOTEIO'], trouble: DISK },
    { codes: ['EMFILE', 'ENFILE', 'ENOMEM'], trouble: LIMITS },
    { codes: ['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'], trouble: NETWORK },
    { codes: ['ENOTFOUND', 'EAI_AGAIN'], trouble: NETWORK },
    { codes: ['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP'], trouble: MISSING },
    { codes: ['EACCES', 'EPERM'], trouble: FORBIDDEN },
    { codes: ['EROFS'], trouble: READ_ONLY },
  ].flatMap(({ codes, trouble }) => codes.map((code) => [code, trouble] as const)),
);

/** Primary codes: https://www.sqlite.org/rescode.html */
const SQLITE_CANTOPEN = 14;
const BY_SQLITE_CODE: ReadonlyMap<number, Trouble> = new Map([
  [3, FORBIDDEN], // PERM
  [5, BUSY], // BUSY
  [6, BUSY], // LOCKED
  [7, LIMITS], // NOMEM
  [8, READ_ONLY], // READONLY
  [10, DISK], // IOERR
  [11, DAMAGED], // CORRUPT
  [13, FULL], // FULL
  [15, BUSY], // PROTOCOL: the lock that opens a write-ahead log is taken
  [23, FORBIDDEN], // AUTH
  [26, DAMAGED], // NOTADB
]);

/** Why SQLite cannot open a file: the system says so to whoever asks. */
const reasonNotOpened = (location: string): Trouble => {
  try {
    accessSync(location, constants.R_OK);
    return LIMITS;
  } catch (error) {
    return hasCode(error, 'EACCES', 'EPERM') ? FORBIDDEN : MISSING;
  }
};

const troubleOf = (error: Error, location: string): Trouble | undefined => {
  const code = sqliteCode(error);
  if (code !== undefined) return code === SQLITE_CANTOPEN ? reasonNotOpened(location) : BY_SQLITE_CODE.get(code);
  return 'code' in error && typeof error.code === 'string' ? BY_ERRNO.get(error.code) : undefined;
};

/**
 * The error as the ports have it; anything that is neither the system's nor SQLite's word comes back as it is. What SQLite says of a statement (a broken
 * rule of a table) is an error of this program, which gets the location, since SQLite does not name it.
 */
export const storeFailure = (error: unknown, { location, onDamage }: StoreIdentity, operation?: string): unknown => {
  if (error instanceof StoreUnavailable || error instanceof StoreFault) {
    error.operation ??= operation;
    return error;
  }
  if (!(error instanceof Error)) return error;
  const trouble = troubleOf(error, location);
  if (trouble === undefined) return sqliteCode(error) === undefined ? error : new Error(`${location}: ${error.message}`, { cause: error });
  const hint = trouble === DAMAGED ? (onDamage ?? trouble.hint) : trouble.hint;
  return new trouble.kind({ location, operation, reason: `${trouble.reason} (${error.message})`, hint, cause: error });
};
