/** One thing that a check of a store found. */
export interface StoreFinding {
  /** A fault keeps the store from being used as it is; a warning does not. */
  readonly level: 'fault' | 'warning';
  /** What is wrong, naming the place. */
  readonly message: string;
  /** What somebody can do about it, as a sentence. */
  readonly hint: string;
}

/** What a check of a store found out, before it is used. */
export interface StoreCheck {
  /** Of the server's software; `undefined`: it does not say. */
  readonly version: string | undefined;
  readonly findings: readonly StoreFinding[];
}
