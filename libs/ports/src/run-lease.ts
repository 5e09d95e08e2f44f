/**
 * Who is at work where only one should be. It saves work that would be done in vain and guards nothing: what a run publishes is guarded where it is published.
 * A holder renews it; one that has not for the lease's duration, by the clock of whoever waits, has lost it to the first that takes it. No clocks are compared.
 * Invariant: of those that ever took it, at most one is told that it has it still.
 *
 * Calls throw `StoreUnavailable` where the same call may succeed later, else `StoreFault`.
 */
export type LeaseState =
  | { readonly held: true }
  /** `holder`: by the id that it gave itself. */
  | { readonly held: false; readonly holder: string };

export interface RunLease {
  /** Takes it if nobody has it or its holder has let it run out. To be called again and again by whoever waits: time counts from the first call that saw a renewal. */
  take(): Promise<LeaseState>;
  /** Renews it. `false`: somebody else has it now, and this one never gets it back by renewing. */
  renew(): Promise<boolean>;
  /** Gives it back, if it is held still. */
  release(): Promise<void>;
}
