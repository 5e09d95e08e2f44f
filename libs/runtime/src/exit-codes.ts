/** How every command ends. Scripts rely on these numbers: they are never reused for another meaning. */
export const EXIT_CODES = {
  /** The command did what was asked. */
  ok: 0,
  /** It failed; the message says at what. */
  failed: 1,
  /** Wrong arguments or configuration; nothing was started. */
  usage: 2,
  /** The data did not pass validation: nothing was published, the old version keeps serving. */
  refused: 3,
  /** Another run or a rollback published first: this one's result was not published. */
  superseded: 4,
  /** An audit found a state that is not what all events give. */
  different: 5,
  /** Ended by SIGHUP: its terminal was closed. */
  hungUp: 129,
  /** Ended by Ctrl-C (SIGINT). */
  interrupted: 130,
  /** Ended by SIGTERM. */
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

const BY_SIGNAL: Readonly<Record<StopSignal, ExitCode>> = {
  SIGINT: EXIT_CODES.interrupted,
  SIGTERM: EXIT_CODES.terminated,
  SIGHUP: EXIT_CODES.hungUp,
};

export const exitCodeOfSignal = (signal: StopSignal): ExitCode => BY_SIGNAL[signal];
