/** What is told of the use of a server: for metrics and the log. */

/** `refused`: with an error. `late`: not in time. `lost`: the connection broke. `skipped`: not asked, since it is known to be away or slow. */
export type CallOutcome = 'answered' | 'refused' | 'late' | 'lost' | 'skipped';

export interface RedisObserver {
  /** @param call what it was for. @param seconds 0 for what was skipped. */
  readonly onCall: (call: string, outcome: CallOutcome, seconds: number) => void;
  /** A value was looked for. `memory`: this process had it. */
  readonly onRead: (cache: string, from: 'memory' | 'redis' | 'none') => void;
  /** Told once, when it begins; while it lasts, what the server is for is done without it. */
  readonly onTrouble: (message: string, error: Error) => void;
  /** Everything that `onTrouble` told of is over. */
  readonly onRecovery: () => void;
}
