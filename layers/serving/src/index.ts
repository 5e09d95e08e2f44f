export { buildApp } from './app.ts';
export type { ServingContext } from './app.ts';
export type { ServingStores } from './serving-stores.ts';
export { exportTable, TABLE_NAMES } from './export-table.ts';
export { TITLE_COLUMNS } from './answers/tables.ts';
export { TABLE_FORMAT_NAMES, TABLE_FORMATS, type TableFormatName } from './formats/formats.ts';
export type { WorkerStates } from './monitoring/worker-states.ts';
export { DEFAULT_OPTIONS, type ServingOptions } from './options.ts';
export { startServing, type RunningServer } from './server.ts';
