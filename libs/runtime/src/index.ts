export { cachedCheck, type CachedCheck, type CheckState } from './cached-check.ts';
export { nearestName } from './config/nearest-name.ts';
export { ConfigError, type ConfigFault } from './config/config-error.ts';
export {
  CONFIG_FILE,
  CONFIG_FLAG,
  type ConfigSources,
  defaultConfig,
  type EffectiveSetting,
  loadConfig,
  type LoadedConfig,
} from './config/load-config.ts';
export { expectation } from './config/setting-value.ts';
export type { Setting } from './config/setting.ts';
export { SETTING_LIST, type Config, type SettingKey } from './config/settings.ts';
export { freeBytes } from './disk/free-space.ts';
export { networkFileSystemOf } from './disk/network-file-system.ts';
export { explainError, TerminalError, TransientError, UsageError, type FaultOptions } from './errors.ts';
export { EXIT_CODES, exitCodeOfSignal, type ExitCode, type StopSignal } from './exit-codes.ts';
export { guardServer, timeoutOptions, type ServerBounds } from './guarded-server.ts';
export type { Lifecycle } from './lifecycle.ts';
export { createLogger, silentLogger, type LogForm, type Logger, type LoggerOptions } from './logger.ts';
export {
  Counter,
  createMetrics,
  Gauge,
  gaugeComponents,
  gaugeLastPublished,
  Histogram,
  type MeasuredMetrics,
  mergeMetrics,
  Registry,
} from './metrics.ts';
export { startOperationServer, type Needs, type OperationServer, type OperationServerOptions } from './operation-server.ts';
export { startOperations } from './operations.ts';
export { formatAmount, formatDuration } from './progress/pace.ts';
export { ownTasks } from './progress/own-tasks.ts';
export { silentProgress, type Progress, type ProgressTask, type ProgressTaskOptions } from './progress/progress.ts';
export { postJson } from './post-json.ts';
export { peakMemoryMb } from './peak-memory.ts';
export { RELEASE } from './release.ts';
export { statIfThere } from './stat-if-there.ts';
export { columnsOf, type Terminal } from './terminal.ts';
export { isSafeAddress } from './safe-address.ts';
export { endProcess, exitCodeOfError, runMain, runOrdered, runSession, survivesItsTerminal, type Session } from './session.ts';
export { countSpans } from './tracing/count-spans.ts';
export { inSpan, type Span, type SpanAttributes, type TraceContext, type Tracing } from './tracing/tracing.ts';
export { createTroubleLog, type TroubleLog } from './trouble-log.ts';
export { shortenLine, wrapText } from './wrap-text.ts';
