/** The order to put load on a server. */
export interface LoadOrder {
  readonly url: string;
  /** Processes whose processor time, with that of those they started, is the server's. */
  readonly pids: readonly number[];
  readonly paths: readonly string[];
  readonly connections: number;
  /** Requests under way on each connection. */
  readonly pipelining: number;
  readonly warmUpS: number;
  readonly seconds: number;
}

/** What came of it, in the time after the warm-up. */
export interface Loaded {
  readonly seconds: number;
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Answers by status, and connections that failed. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly errors: number;
  /** The first answer of each status but 200: says why. */
  readonly refusals: Readonly<Record<string, string>>;
  /** Cores that were busy with the server, and with the load. `undefined` where the system does not tell of other processes. */
  readonly serverCores: number | undefined;
  readonly loadCores: number;
}
