/** One batch run over files and a log: `run-over-log.ts IMDB DATA full|changes`. */
import { runBatch } from '@rushes/batch';
import { silentLogger, silentProgress } from '@rushes/runtime';

import { usage } from '../../process/usage.ts';
import type { LoggedRun } from '../measured.ts';
import { openBenchStores } from '../open-bench-stores.ts';

const [imdbSource = '', data = '', how = ''] = process.argv.slice(2);

const started = performance.now();
const stores = await openBenchStores(data);
const report = await runBatch(
  stores,
  { imdbSource, workFolder: stores.scratchFolder, threads: 2, keepVersions: 12, full: how === 'full' },
  { logger: silentLogger, progress: silentProgress, signal: new AbortController().signal },
);
await stores.close();
if (report.outcome !== 'published') throw new Error(`the run was ${report.outcome}: ${report.message}`);
const measured: LoggedRun = {
  ms: performance.now() - started,
  ...usage(),
  steps: Object.fromEntries(report.steps.map(({ name, durationMs }) => [name, durationMs])),
};
console.log(JSON.stringify(measured));
