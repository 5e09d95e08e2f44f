export { buildApp, type ServingContext, type ServingStores } from './app.ts';
export { DEFAULT_OPTIONS, type ServingOptions } from './options.ts';
export { startServing, type RunningServer } from './server.ts';
