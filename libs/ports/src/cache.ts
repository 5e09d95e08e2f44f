/**
 * What a service keeps beside its stores, in one process or shared by its replicas: values that may be lost at any time and cost no more than work, and
 * claims on names. Values are plain data (what `structuredClone` takes), so that a server can hold them. Calls that are made for a request are given what it has
 * waited so far: a place on a server answers a request whose time is up without the server.
 */
import type { Waited } from './waited.ts';

/** A value, and for how long it is worth keeping; 0 or less: not at all. */
export interface Fresh<Value> {
  readonly value: Value;
  readonly ttlMs: number;
}

export interface Cache<Value> {
  /** Where it is, for messages. */
  readonly location: string;
  /** `undefined`: never set, expired, or lost. @throws StoreUnavailable, StoreFault */
  get(key: string, waited?: Waited): Promise<Value | undefined>;
  /**
   * Replaces what was there; what is too large for the cache is not kept. Where several processes share the cache, one that has a copy may go on giving the
   * value from before until that has expired: a key says everything that its value depends on. @throws StoreUnavailable, StoreFault
   */
  set(key: string, value: Value, ttlMs: number, waited?: Waited): Promise<void>;
  /**
   * What is kept, else what `compute` gives, kept from then on. Of simultaneous callers of one key in a process one computes, and all get its outcome,
   * a failure too, which is not kept; across replicas a cache tries to have one compute, but does not promise it. A value that cannot be kept is
   * returned all the same. What a caller waits for another's computation is not counted: it is that one's request whose time is bounded.
   * @throws whatever `compute` throws; StoreUnavailable or StoreFault with the cache's location, and then `compute` was not called.
   */
  resolve(key: string, compute: () => Promise<Fresh<Value>>, waited?: Waited): Promise<Value>;
}

export interface CacheOptions<Value> {
  /** Tells the keys of one cache from those of others. */
  readonly name: string;
  /** Room for all values of this cache in the memory of a process, in bytes; 0 keeps none anywhere. A server bounds what it holds as a whole. */
  readonly maxBytes: number;
  /** Bytes of a value, without its key. */
  readonly bytesOf: (value: Value) => number;
}

/** Names that have one owner at a time. */
export interface Claims {
  readonly location: string;
  /** Whether the name is this owner's for `ttlMs` from now on: it was nobody's, or this owner's already. @throws StoreUnavailable, StoreFault */
  claim(name: string, owner: string, ttlMs: number, waited?: Waited): Promise<boolean>;
  /** Ends the owner's claim; another owner's stays. @throws StoreUnavailable, StoreFault */
  release(name: string, owner: string, waited?: Waited): Promise<void>;
}

export interface ClaimsOptions {
  /** Tells these names from those of others. */
  readonly name: string;
  /** Claims held at least in the memory of a process; beyond it the oldest may be forgotten. */
  readonly maxClaims: number;
}

/** Opens caches and claims, all in one place. What has the same name is the same one, with the options of who opened it first. */
export interface Caches {
  cache<Value>(options: CacheOptions<Value>): Cache<Value>;
  claims(options: ClaimsOptions): Claims;
}
