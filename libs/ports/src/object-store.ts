import type { CallOptions } from './call-options.ts';

/** What a listing says of one object. */
export interface ObjectInfo {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

export interface HashOptions extends CallOptions {
  /** Read the bytes, whatever is remembered. Default: false. */
  readonly again?: boolean | undefined;
  /** Told of bytes as they are read. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Immutable files by key, as S3 has them. Keys are `/`-separated, without a leading slash; no key is the prefix of
 * another key plus `/`. A reader sees an object whole or not at all, also after a crash in the middle of a put.
 */
export interface ObjectStore {
  /** Where the store is, for messages: a folder or an `s3://` address. */
  readonly location: string;

  /**
   * Stores a small object unless the key is taken by other bytes. Of callers that race with different bytes exactly one gets `true`; one that meets its own
   * bytes does too, since they may be there by an earlier attempt whose answer was lost. Bodies by which callers are to be told apart carry a random id.
   */
  putIfAbsent(key: string, body: Uint8Array, options?: CallOptions): Promise<boolean>;

  /** Stores a small object, replacing what was there. */
  put(key: string, body: Uint8Array, options?: CallOptions): Promise<void>;

  /** Stores the local file `path` under `key`, replacing what was there. The file may be moved: it is the store's afterwards. */
  putFile(key: string, path: string, options?: CallOptions): Promise<void>;

  /** The whole object, or `undefined` if there is none. For small objects: it is held in memory. */
  get(key: string, options?: CallOptions): Promise<Uint8Array | undefined>;

  /** Copies an object to the local file `path`. Throws `ObjectNotFoundError` if there is none. */
  getFile(key: string, path: string, options?: CallOptions): Promise<void>;

  /**
   * The bytes of an object in order, however large it is. Throws `ObjectNotFoundError` if there is none. They are of one version of the object: one that is
   * replaced meanwhile is read to its end, or the reading fails. Only a reading that came to the end was one of the object.
   */
  read(key: string, options?: CallOptions): AsyncIterable<Uint8Array>;

  /**
   * SHA-256 of an object's bytes as they lie there now, in hex; `undefined` if there is none. What was read before and was not written to since may be
   * answered from memory, unless `again` asks for the bytes.
   */
  sha256(key: string, options?: HashOptions): Promise<string | undefined>;

  /** Size and age of one object, or `undefined` if there is none. Ages are told to the second: a listing may round them otherwise. */
  head(key: string, options?: CallOptions): Promise<ObjectInfo | undefined>;

  /** All objects whose key starts with `prefix`, in ascending order of their UTF-8 bytes. */
  list(prefix: string, options?: CallOptions): AsyncIterable<ObjectInfo>;

  /** Removes objects, however many; removing what is not there is no error. Those before the one that could not be removed may be gone. */
  delete(keys: readonly string[], options?: CallOptions): Promise<void>;

  /**
   * Where other programs find an object: `file:///folder/key` or `s3://bucket/prefix/key`. Nothing is percent-encoded: those that read tables take it so.
   */
  uriOf(key: string): string;

  /** The object's own local file where the store is a folder on this machine: readers may then read it in place. */
  localPath?(key: string): string;
}

export class ObjectNotFoundError extends Error {
  override readonly name = 'ObjectNotFoundError';
  constructor(location: string, key: string) {
    super(`no object ${key} in ${location}`);
  }
}
