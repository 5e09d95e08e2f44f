export { ConfigError, type ConfigFault } from './config/config-error.ts';
export {
  CONFIG_FILE,
  CONFIG_FLAG,
  CONFIG_VARIABLE,
  loadConfig,
  type ConfigSources,
  type EffectiveSetting,
  type LoadedConfig,
} from './config/load-config.ts';
export { expectation } from './config/setting-value.ts';
export type { Setting } from './config/setting.ts';
export { SETTING_LIST, SETTINGS, type Config, type SettingKey } from './config/settings.ts';
export { explainError, TerminalError, TransientError, UsageError, type FaultOptions } from './errors.ts';
export { EXIT_CODES, exitCodeOfSignal, type ExitCode, type StopSignal } from './exit-codes.ts';
export { createLifecycle, type Lifecycle, type LifecycleOptions, type StoppableProcess } from './lifecycle.ts';
export { createLogger, silentLogger, type Logger, type LoggerOptions } from './logger.ts';
export { Counter, createMetrics, Gauge, Histogram, Registry } from './metrics.ts';
export { createLineProgress } from './progress/line-progress.ts';
export { formatAmount, formatDuration } from './progress/pace.ts';
export { silentProgress, type Progress, type ProgressTask, type ProgressTaskOptions } from './progress/progress.ts';
export { createTerminalProgress } from './progress/terminal-progress.ts';
export { openTerminal, type Terminal } from './terminal.ts';
export { endProcess, exitCodeOfError, isAbort, runMain, runSession, type Session } from './session.ts';
