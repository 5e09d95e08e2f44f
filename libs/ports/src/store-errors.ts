/**
 * What every store throws when it cannot do what it was asked for and the caller is not to blame. Two classes, because callers act on that alone:
 * `StoreUnavailable` may pass by itself, `StoreFault` needs somebody who changes something. Answers of a port that a caller expects (an offset that was
 * trimmed, an object that is not there) have classes of their own beside their port; arguments that cannot be are a `RangeError` or the like.
 */
export interface StoreErrorDetails {
  /** Which store: a path or a URL, without credentials. */
  readonly location: string;
  /** The operation by its name in the port. May be left out deep inside an adapter: the adapter's boundary adds it. */
  readonly operation?: string | undefined;
  /** What is wrong, in words that go on after the location ("is damaged"), without a full stop. */
  readonly reason: string;
  /** What somebody can do about it, as a sentence. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

abstract class StoreError extends Error {
  readonly location: string;
  /** The operation by its name in the port; set once. */
  operation: string | undefined;
  /** What somebody can do about it. */
  readonly hint: string | undefined;
  constructor({ location, operation, reason, hint, cause }: StoreErrorDetails) {
    super(`${location} ${reason}`, cause === undefined ? undefined : { cause });
    this.location = location;
    this.operation = operation;
    this.hint = hint;
  }
}

/**
 * The store cannot be reached, is busy or full: the same call may succeed later, with nothing changed. A write that failed with it did not happen,
 * unless a subclass says otherwise.
 */
export class StoreUnavailable extends StoreError {
  override readonly name: string = 'StoreUnavailable';
}

/** The store is damaged, missing, or does not let this process in: calling again is useless until somebody does what `hint` says. */
export class StoreFault extends StoreError {
  override readonly name: string = 'StoreFault';
}
