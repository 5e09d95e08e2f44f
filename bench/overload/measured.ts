/** Orders to the load generator, and what it measured. Rates are a second, times in milliseconds, processor time in cores that were busy. */

export interface Target {
  readonly url: string;
  /** Process whose processor time is the server's. */
  readonly pid: number;
  /** Asked for in turn. */
  readonly paths: readonly string[];
  readonly warmUpS: number;
  readonly seconds: number;
}

/** The order to find out how much a server can answer. */
export interface CapacityOrder extends Target {
  /** Numbers of connections to try, ascending. Each has one request under way, always. */
  readonly connections: readonly number[];
}

/** The order to send at a fixed rate, whatever becomes of it. */
export interface FloodOrder extends Target {
  readonly perSecond: number;
  readonly connections: number;
}

export interface Latencies {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** What came of requests whose answers ended in the measured time. */
export interface Answers {
  readonly seconds: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests whose connection broke before the answer's end. */
  readonly failed: number;
  /** Answers with status 200. */
  readonly admitted: Latencies;
  /** Answers with status 503. */
  readonly refused: Latencies;
  /** `undefined` where the system does not tell of other processes. */
  readonly serverCores: number | undefined;
  readonly loadCores: number;
}

export interface Saturated extends Answers {
  readonly connections: number;
}

export interface Flooded extends Answers {
  readonly wantedPerSecond: number;
  /** Requests that fell due and were written, or put in line for a connection, in the measured time. */
  readonly sent: number;
  /** Of them, those for which no connection was free. Their wait counts as the server's time. */
  readonly withoutConnection: number;
  /** How long after it was due a request was written. It is the generator's own lateness, and in no other time. */
  readonly lateness: Latencies;
}
