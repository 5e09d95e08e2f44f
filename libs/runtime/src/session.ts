/**
 * A process from its first line to its last: configuration read and checked before anything starts, one logger, one place for stop signals.
 * Invariant: what was registered to be stopped is stopped, however the work ends.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

import { loadConfig, type ConfigSources, type LoadedConfig } from './config/load-config.ts';
import { explainError, UsageError } from './errors.ts';
import { EXIT_CODES, exitCodeOfSignal, type ExitCode } from './exit-codes.ts';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import { createLogger, logFormOf, type LogForm, type Logger } from './logger.ts';
import { createLineProgress } from './progress/line-progress.ts';
import { ownTasks } from './progress/own-tasks.ts';
import type { Progress } from './progress/progress.ts';
import { createTerminalProgress } from './progress/terminal-progress.ts';
import { openTerminal, type Terminal } from './terminal.ts';
import { openTracing } from './tracing/open-tracing.ts';
import type { Span, Tracing } from './tracing/tracing.ts';

/** Time that a stop may take, in milliseconds: below the 30 s after which container platforms kill. */
const STOP_DEADLINE_MS = 25_000;

export interface Session extends LoadedConfig {
  readonly terminal: Terminal;
  readonly logger: Logger;
  /** The form of log lines. */
  readonly logForm: LogForm;
  readonly progress: Progress;
  readonly lifecycle: Lifecycle;
  /** `undefined`: nothing is traced. */
  readonly tracing: Tracing | undefined;
}

/** Longer than any work, and no longer than a timer can be. */
const FOR_EVER_MS = 2 ** 31 - 1;

/** Whether something ended because it was told to stop. */
const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

export interface SessionManner {
  /** The form of log lines where nobody is looking and no setting says otherwise. Default: JSON. */
  readonly elsewhere?: LogForm;
  /** What the process is called in traces, if it is to be traced where the configuration asks for it. */
  readonly service?: string | undefined;
}

/**
 * Reads the configuration, does the work, stops what the work registered.
 * @throws `ConfigError` before the work starts; whatever the work throws, after everything is stopped.
 */
export const runSession = (
  sources: ConfigSources,
  host: NodeJS.Process,
  work: (session: Session) => Promise<ExitCode>,
  { elsewhere = 'json', service }: SessionManner = {},
): Promise<ExitCode> => runLoaded(loadConfig(sources), host, work, { elsewhere, service, logFields: {} });

/** What a process is told by the one that started it. */
export interface SessionOrder {
  readonly config: LoadedConfig['config'];
  /** The form of log lines of that process. */
  readonly logForm: LogForm;
  /** What each log line says of this one. */
  readonly logFields: Readonly<Record<string, unknown>>;
  /** What it is called in traces. */
  readonly service: string;
}

/** The same in a process that reads no configuration, since it was handed one. */
export const runOrdered = (
  { config, logForm, ...manner }: SessionOrder,
  host: NodeJS.Process,
  work: (session: Session) => Promise<ExitCode>,
): Promise<ExitCode> => runLoaded({ config, effective: () => [] }, host, work, { elsewhere: logForm, ...manner });

const runLoaded = async (
  loaded: LoadedConfig,
  host: NodeJS.Process,
  work: (session: Session) => Promise<ExitCode>,
  {
    elsewhere,
    logFields,
    service,
  }: { readonly elsewhere: LogForm; readonly service: string | undefined } & Pick<SessionOrder, 'logFields'>,
): Promise<ExitCode> => {
  const terminal = openTerminal(host.stderr, host.env);
  const logging = { ...loaded.config.log, terminal, elsewhere };
  const isTraced = service !== undefined && loaded.config.tracing.url !== undefined;
  const current = isTraced ? new AsyncLocalStorage<Span>() : undefined;
  const logger = createLogger({ ...logging, span: current && (() => current.getStore()) }).child(logFields);
  const nowMs = (): number => performance.now();
  const progress = ownTasks(terminal.interactive ? createTerminalProgress(terminal, nowMs) : createLineProgress(logger, nowMs));
  const lifecycle = createLifecycle({
    process: host,
    deadlineMs: STOP_DEADLINE_MS,
    nowMs,
    onTrouble: (message, error) => logger.error(error === undefined ? {} : { err: error }, message),
  });
  // Clients of servers keep no process alive, so that they never delay its end: without this, a wait for nothing but one of them ends it in the middle.
  const alive = setInterval(() => {}, FOR_EVER_MS);
  try {
    const tracing =
      service === undefined || current === undefined ? undefined : await openTracing(loaded.config.tracing, { service, current, logger });
    // Registered first, so that it is the last to be stopped: what others do at their end is traced too.
    if (tracing !== undefined) lifecycle.onStop('the traces', () => tracing.close());
    return await work({ ...loaded, terminal, logger, logForm: logFormOf(logging), progress, lifecycle, tracing });
  } catch (error) {
    const signal = lifecycle.stoppedBy();
    progress.failRest(signal === undefined ? 'failed' : 'stopped');
    if (signal !== undefined && isAbort(error)) return exitCodeOfSignal(signal);
    throw error;
  } finally {
    await lifecycle.stop();
    clearInterval(alive);
  }
};

/** The exit code for what ended the work. */
export const exitCodeOfError = (error: unknown): ExitCode => (error instanceof UsageError ? EXIT_CODES.usage : EXIT_CODES.failed);

/** Time after the end of the work in which the process may still be kept alive by something that was not closed, in milliseconds. */
const LINGER_MS = 2_000;

/** Lets the process end with this code once its output is written; what still keeps it alive after a moment is cut off. */
export const endProcess = (host: NodeJS.Process, code: ExitCode): void => {
  host.exitCode = code;
  setTimeout(() => host.exit(code), LINGER_MS).unref();
};

/** What is written to a terminal that was closed is lost, which is no reason not to end cleanly. */
export const survivesItsTerminal = (host: NodeJS.Process): void => {
  for (const stream of [host.stdout, host.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EIO' && error.code !== 'EPIPE') throw error;
    });
};

/**
 * The whole of a container's entry point: configuration from environment and file, faults told, the exit code set.
 * @param service what the process is called in traces.
 */
export const runMain = async (host: NodeJS.Process, service: string, work: (session: Session) => Promise<ExitCode>): Promise<void> => {
  survivesItsTerminal(host);
  let logger: Logger | undefined;
  try {
    const traced = (session: Session): Promise<ExitCode> => {
      logger = session.logger;
      return work(session);
    };
    const code = await runSession({ env: host.env, cwd: host.cwd() }, host, traced, { service });
    endProcess(host, code);
  } catch (error) {
    const { message, hint } = explainError(error);
    // Whoever reads log lines finds the fault among them; without a configuration there are none.
    if (logger === undefined) host.stderr.write(`${message}\n${hint === undefined ? '' : `${hint}\n`}`);
    else logger.fatal(hint === undefined ? {} : { hint }, message);
    endProcess(host, exitCodeOfError(error));
  }
};
