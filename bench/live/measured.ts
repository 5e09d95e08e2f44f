/** What the scripts of this folder print, each in a process of its own. */
import type { Usage } from '../process/usage.ts';
import type { MappedMemory } from './mapped-memory.ts';

/** Work that was done to its end. */
export interface Throughput extends Usage {
  readonly events: number;
  readonly ms: number;
}

export interface Projected extends Throughput {
  /** Rows and change records that were written. */
  readonly rowsWritten: number;
  readonly changes: number;
}

export interface Memory {
  /** Since the first. */
  readonly atS: number;
  /** Resident, in MiB. */
  readonly rssMb: number;
  /** Of the JavaScript heap what lives, after garbage was collected, in MiB. */
  readonly heapMb: number;
}

/** Times from an event to its being visible. */
export interface Visible {
  readonly events: number;
  readonly seconds: number;
  /** From the append acknowledged until the served position is beyond the event. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** The same from the instant at which the event was due to be appended: delays of the log and of the process are in it. */
  readonly fromDueP99Ms: number;
  /** Processor time of the one process by the clock. */
  readonly cores: number;
  /** Empty unless it was asked for. */
  readonly memory: readonly Memory[];
}

/** Times of one request after the other. */
export interface Requests {
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface PointReads {
  readonly batchOnly: Requests;
  readonly merged: Requests;
}

export interface Pages {
  readonly changed: number;
  /** From opening the service until it can answer, and the resident memory that this took, in MiB, after garbage was collected. */
  readonly readyMs: number;
  readonly readyMb: number;
  readonly paths: Readonly<Record<string, Requests>>;
}

export interface LoggedRun extends Usage {
  readonly ms: number;
  readonly steps: Readonly<Record<string, number>>;
}

/** One look at the memory of a process that does everything. In MiB. */
export interface SoakSample extends MappedMemory {
  readonly atS: number;
  readonly events: number;
  /** Batch runs that were published. */
  readonly runs: number;
  readonly rssMb: number;
  readonly rssBeforeGcMb: number;
  readonly heapUsedMb: number;
  readonly heapTotalMb: number;
  readonly externalMb: number;
  readonly arrayBuffersMb: number;
  /** Titles that the overlay holds. */
  readonly overlayTitles: number;
  readonly logMb: number;
  readonly logWalMb: number;
  readonly speedMb: number;
  readonly speedWalMb: number;
}
