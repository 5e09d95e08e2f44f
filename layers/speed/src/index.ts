export * from './ingest/index.ts';
export type { SpeedOptions } from './options.ts';
export { type RejectedEvent } from './fold-batch.ts';
export { type RunningSpeed, type SpeedContext, type SpeedStores, startSpeed, type WatchedSpeed } from './run-speed.ts';
export * from './tmdb/index.ts';
export { createSpeedMetrics, type SpeedMetrics } from './speed-metrics.ts';
