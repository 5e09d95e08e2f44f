/** What a call that can take long may be given: the signal ends it, and it rejects with the signal's reason. A write that is ended may have happened or not. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}
