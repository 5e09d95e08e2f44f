/** One batch run on real embedded stores in a fresh data folder, in a process of its own: time by layer and peak memory. */
import { join } from 'node:path';
import { openFolderObjectStore } from '@rushes/adapters/folder-object-store';
import { openSqliteBatchViews } from '@rushes/adapters/sqlite-batch-views';
import { runBatch } from '@rushes/batch';
import { silentLogger, silentProgress } from '@rushes/runtime';

const [imdb = '', out = ''] = process.argv.slice(2);

const started = performance.now();
const stores = { objects: await openFolderObjectStore(join(out, 'lake')), views: await openSqliteBatchViews(join(out, 'views')) };
const report = await runBatch(
  stores,
  { imdbFolder: imdb, workFolder: join(out, 'tmp'), memoryLimitMb: 320, threads: 2, keepVersions: 2, full: false },
  { logger: silentLogger, progress: silentProgress, signal: new AbortController().signal },
);
await stores.views.close();
const totalMs = performance.now() - started;
if (report.outcome !== 'published') throw new Error(`the run was ${report.outcome}: ${report.message}`);
const sum = (prefix: string): number => report.steps.filter((step) => step.name.startsWith(prefix)).reduce((ms, step) => ms + step.durationMs, 0);
// Views are loaded beside the engine; the lake is there once the last view's table is.
const lakeEnds = Math.max(...report.steps.filter((step) => /^(silver|gold|views)\./.test(step.name)).map((step) => Date.parse(step.startedAt) + step.durationMs));
console.log(
  JSON.stringify({
    totalMs,
    lakeMs: lakeEnds - Date.parse(report.startedAt),
    bronzeMs: sum('bronze.'),
    silverMs: sum('silver.'),
    goldMs: sum('gold.'),
    viewsMs: sum('views.'),
    loadsMs: sum('load '),
    peakMb: process.resourceUsage().maxRSS / 1024,
    steps: report.steps.map(({ name, durationMs, rows }) => ({ name, durationMs, rows })),
  }),
);
