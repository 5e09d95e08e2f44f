/**
 * What running processes say of themselves, for people who look: which run, since when, how far each has come. It guards nothing and decides nothing: a report
 * may be as old as its time to live, and a process whose report is missing may run all the same.
 */

/** More than any process has to say. */
export const MAX_REPORT_BYTES = 16_384;

export interface ProcessReport {
  /** An id that no other process has, nor ever had. */
  readonly id: string;
  /** What it says, as text that the store does not look into. */
  readonly text: string;
}

export interface Heartbeats {
  /**
   * Shows the process with this text for the next `ttlMs` by the store's clock, in place of what it said before.
   * @throws RangeError for a time that is not above 0, or a text of more than `MAX_REPORT_BYTES`.
   */
  beat(report: ProcessReport, ttlMs: number): Promise<void>;
  /** The reports whose time has not run out, in the order of their ids. */
  list(): Promise<readonly ProcessReport[]>;
  /** The process ends: its report goes. */
  end(id: string): Promise<void>;
}

/** @throws RangeError as `beat` does. For adapters. */
export const checkBeat = ({ id, text }: ProcessReport, ttlMs: number): void => {
  if (!(ttlMs > 0)) throw new RangeError(`a time to live of ${ttlMs} ms: give more than 0`);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_REPORT_BYTES) throw new RangeError(`the report of ${id} has ${bytes} bytes: at most ${MAX_REPORT_BYTES}`);
};
