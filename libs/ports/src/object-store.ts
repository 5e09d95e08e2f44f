/** What a listing says of one object. */
export interface ObjectInfo {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

export interface HashOptions {
  /** Read the bytes, whatever is remembered. Default: false. */
  readonly again?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
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

  /** Stores a small object unless the key is taken. Of any number of racing callers exactly one gets `true`. */
  putIfAbsent(key: string, body: Uint8Array): Promise<boolean>;

  /** Stores a small object, replacing what was there. */
  put(key: string, body: Uint8Array): Promise<void>;

  /** Stores the local file `path` under `key`, replacing what was there. The file may be moved: it is the store's afterwards. */
  putFile(key: string, path: string): Promise<void>;

  /** The whole object, or `undefined` if there is none. For small objects: it is held in memory. */
  get(key: string): Promise<Uint8Array | undefined>;

  /** Copies an object to the local file `path`. Throws `ObjectNotFoundError` if there is none. */
  getFile(key: string, path: string): Promise<void>;

  /**
   * SHA-256 of an object's bytes as they lie there now, in hex; `undefined` if there is none. What was read before and was not written to since may be
   * answered from memory, unless `again` asks for the bytes.
   */
  sha256(key: string, options?: HashOptions): Promise<string | undefined>;

  /** Size and age of one object, or `undefined` if there is none. */
  head(key: string): Promise<ObjectInfo | undefined>;

  /** All objects whose key starts with `prefix`, in ascending order of their UTF-8 bytes. */
  list(prefix: string): AsyncIterable<ObjectInfo>;

  /** Removes an object; removing what is not there is no error. */
  delete(key: string): Promise<void>;

  /** The object's own local file where the store is a folder on this machine: readers may then read it in place. */
  localPath?(key: string): string;
}

export class ObjectNotFoundError extends Error {
  override readonly name = 'ObjectNotFoundError';
  constructor(location: string, key: string) {
    super(`no object ${key} in ${location}`);
  }
}
