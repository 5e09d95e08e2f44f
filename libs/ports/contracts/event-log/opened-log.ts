import type { EventLog } from '@rushes/ports';
import { afterEach, beforeEach } from 'vitest';

export interface OpenedEventLog {
  /** A log without records. */
  readonly log: EventLog;
  /** The same log, opened again: as another process has it, which does not trace unless it says so. */
  readonly reopen: (options?: { readonly traces: boolean }) => Promise<EventLog>;
  /** What the log's clock shows. */
  readonly nowMs: () => number;
  /**
   * Moves the clock by which retention and leases are decided, back if negative; where a server's clock decides, lets as much time pass. Append times
   * need not follow it.
   */
  readonly advance: (milliseconds: number) => Promise<void>;
  /** Closes what was opened and removes all. */
  readonly dispose: () => Promise<void>;
}

export type OpenEventLog = () => Promise<OpenedEventLog>;

/** A log for each test of a block. */
export const logForEach = (open: OpenEventLog): { readonly opened: OpenedEventLog; readonly log: EventLog } => {
  let current: OpenedEventLog | undefined;
  beforeEach(async () => {
    current = await open();
  });
  afterEach(() => current?.dispose());
  const opened = (): OpenedEventLog => {
    if (current === undefined) throw new Error('only within a test');
    return current;
  };
  return {
    get opened() {
      return opened();
    },
    get log() {
      return opened().log;
    },
  };
};
