export { openImdbSource, runOnce, runOnSchedule, type RunChoice } from './batch-process.ts';
export { exitCodeOfRun } from './run-exit-code.ts';
