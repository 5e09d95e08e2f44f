/** The order to send more than a server can answer. */
export interface FloodOrder {
  readonly url: string;
  /** Asked for in turn. */
  readonly paths: readonly string[];
  readonly perSecond: number;
  /** At most so many requests are under way. */
  readonly connections: number;
  readonly warmUpS: number;
  readonly seconds: number;
}

export interface Latencies {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** What came of it, in the time after the warm-up. Times count from when a request was due. */
export interface Flooded {
  readonly seconds: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Connections that broke. */
  readonly failed: number;
  /** Requests that were due while all connections were taken: they were not sent. */
  readonly unsent: number;
  readonly admitted: Latencies;
  readonly refused: Latencies;
}
