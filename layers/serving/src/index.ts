export { buildApp } from './app.ts';
export type { ServingContext, ServingStores } from './app.ts';
export type { WorkerStates } from './monitoring/worker-states.ts';
export { DEFAULT_OPTIONS, type ServingOptions } from './options.ts';
export { startServing, type RunningServer } from './server.ts';
