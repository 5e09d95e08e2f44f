/**
 * From a stop signal to the end of the process. Invariants: hooks run once, the last registered first (what was started last depends on what was
 * started before); the process ends at the deadline, or at once on a second signal, whatever the hooks do.
 */
import { exitCodeOfSignal, type StopSignal } from './exit-codes.ts';

/** The part of `process` that is used. */
export interface StoppableProcess {
  on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  off(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  exit(code: number): unknown;
}

export interface LifecycleOptions {
  readonly process: StoppableProcess;
  /** Time for all hooks together, in milliseconds. */
  readonly deadlineMs: number;
  /** A clock that only goes forward, in milliseconds. */
  readonly nowMs: () => number;
  /** Told what goes wrong while stopping. */
  readonly onTrouble: (message: string, error?: unknown) => void;
}

export interface Lifecycle {
  /** Aborted by the first stop signal, and by `stop`. */
  readonly signal: AbortSignal;
  /** The signal that asked to stop, if one did. */
  readonly stoppedBy: () => StopSignal | undefined;
  /** Resolves when a stop is asked for. */
  readonly stopRequested: Promise<void>;
  /** Registers what must be stopped; `name` is for messages. */
  onStop(name: string, hook: () => Promise<void> | void): void;
  /** Runs the hooks and forgets the signals. Further calls return the same promise. Never rejects: trouble is reported. */
  stop(): Promise<void>;
}

/**
 * Two signals closer than this are one: a terminal's Ctrl-C reaches the whole process group, and npm, being in it, passes it on once more. In
 * milliseconds.
 */
const SAME_SIGNAL_MS = 500;

const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

export const createLifecycle = ({ process, deadlineMs, nowMs, onTrouble }: LifecycleOptions): Lifecycle => {
  const controller = new AbortController();
  const requested = Promise.withResolvers<void>();
  const hooks: { readonly name: string; readonly hook: () => Promise<void> | void }[] = [];
  let received: StopSignal | undefined;
  let receivedMs = 0;
  let deadline: NodeJS.Timeout | undefined;
  let stopping: Promise<void> | undefined;
  let current = 'the work under way';

  const request = (): void => {
    if (controller.signal.aborted) return;
    deadline = setTimeout(() => {
      onTrouble(`${current} did not stop within ${deadlineMs} ms: ending the process`);
      process.exit(received === undefined ? 1 : exitCodeOfSignal(received));
    }, deadlineMs);
    // It keeps the process alive: what a hook waits for may not, and then Node would end the process in the middle of it.
    controller.abort(new DOMException(received === undefined ? 'stopped' : `stopped by ${received}`, 'AbortError'));
    requested.resolve();
  };
  const onSignal = (signal: StopSignal): void => {
    if (received !== undefined) {
      if (nowMs() - receivedMs >= SAME_SIGNAL_MS) process.exit(exitCodeOfSignal(signal));
      return;
    }
    received = signal;
    receivedMs = nowMs();
    request();
  };
  const runHooks = async (): Promise<void> => {
    request();
    for (let next = hooks.pop(); next !== undefined; next = hooks.pop()) {
      current = next.name;
      try {
        await next.hook();
      } catch (error) {
        onTrouble(`${next.name} could not be stopped cleanly`, error);
      }
    }
    clearTimeout(deadline);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };

  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    stoppedBy: () => received,
    stopRequested: requested.promise,
    onStop: (name, hook) => void hooks.push({ name, hook }),
    stop: () => (stopping ??= runHooks()),
  };
};
