/**
 * One batch run, in a process of its own: `whole-run.ts IMDB OUT whole|lake`. `whole` is what `rushes batch run` does, on the embedded stores in OUT,
 * going on from what is published there; `lake` does the same but for keeping the rows of the served views, which are made and dropped.
 */
import { join } from 'node:path';

import { runBatch, type RunReport } from '@rushes/batch';
import { silentLogger, silentProgress } from '@rushes/runtime';

import { type MeasuredRun, partOf, PARTS, withRest } from './batch/measured-run.ts';
import { droppedViews } from './batch/dropped-views.ts';
import { usage } from './process/usage.ts';
import { openBenchStores } from './live/open-bench-stores.ts';

const [imdb = '', out = '', mode = 'whole'] = process.argv.slice(2);

/** The defaults of `rushes batch run` on two cores. */
const OPTIONS = { imdbSource: imdb, threads: 2, keepVersions: 12, full: false };

type Timed = RunReport['steps'][number];
const endMs = (step: Timed): number => Date.parse(step.startedAt) + step.durationMs;
const latest = (steps: readonly Timed[]): number => Math.max(0, ...steps.map(endMs));

/** Layers come one after the other; loads go on beside them, so of these only what the run waits for at the end counts. */
const partsOf = (wallMs: number, steps: readonly Timed[]): MeasuredRun['parts'] => {
  const inLayer = (part: string): number =>
    steps.filter(({ name }) => partOf(name) === part).reduce((sum, { durationMs }) => sum + durationMs, 0);
  const loads = steps.filter(({ name }) => name.startsWith('load '));
  const tables = steps.filter(({ name }) => /^(silver|gold)\./.test(name));
  return withRest(wallMs, {
    ...Object.fromEntries(PARTS.map((part) => [part, inLayer(part)])),
    loads: Math.max(0, latest(loads) - latest(tables)),
  });
};

const started = performance.now();
const stores = await openBenchStores(out);
const views = mode === 'lake' ? droppedViews() : stores.views;
const report = await runBatch(
  { objects: stores.objects, views, duplicateFilters: stores.duplicateFilters, openEngine: stores.openEngine },
  { ...OPTIONS, workFolder: join(out, 'tmp') },
  { logger: silentLogger, progress: silentProgress, signal: new AbortController().signal },
);
await stores.close();
const wallMs = performance.now() - started;
if (report.outcome !== 'published') throw new Error(`the run was ${report.outcome}: ${report.message}`);
const measured: MeasuredRun = {
  wallMs,
  ...usage(),
  rows: report.rows,
  parts: partsOf(wallMs, report.steps),
  steps: Object.fromEntries(report.steps.map(({ name, durationMs }) => [name, durationMs])),
};
console.log(JSON.stringify(measured));
