/** `npm run bench:soak`: the memory of a process that does everything, over minutes. Shows each look at it as it is taken, and in the end what grew. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

import type { SoakSample } from './live/measured.ts';
import { describeSoak, soakHead, soakRow } from './live/soak-report.ts';
import { benchScript, endWithUs, measureInChild, plainEnvironment } from './process/child.ts';
import { surroundings } from './report/machine.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '480' },
    /** Events a second. */
    rate: { type: 'string', default: '300' },
    titles: { type: 'string', default: '50000' },
    /** That events are about. */
    movies: { type: 'string', default: '2000' },
    /** Seconds between batch runs; 0: none. */
    'run-every': { type: 'string', default: '60' },
    /** Requests a second. */
    reads: { type: 'string', default: '20' },
    /** MiB for answers kept ready. */
    cache: { type: 'string', default: '64' },
    /** Seconds between looks. */
    sample: { type: 'string', default: '15' },
    folder: { type: 'string', default: tmpdir() },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(`npm run bench:soak -- [--seconds 480] [--rate 300] [--titles 50000] [--movies 2000] [--run-every 60] [--reads 20] [--cache 64]
                      [--sample 15] [--folder FOLDER]

docs/benchmarks.md says what the columns mean. The environment reaches the process: MALLOC_ARENA_MAX=2 npm run bench:soak`);
  process.exit(0);
}
const numberOf = (name: 'seconds' | 'rate' | 'titles' | 'movies' | 'run-every' | 'reads' | 'cache' | 'sample'): string => {
  if (!(Number(values[name]) >= 0)) throw new Error(`--${name} takes a number from 0 on, not ${values[name]}`);
  return values[name];
};

// Ended early, it still ends its processes and removes its files.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

await mkdir(values.folder, { recursive: true });
const folder = await mkdtemp(join(values.folder, 'rushes-soak-'));
try {
  const [imdb, data] = [join(folder, 'imdb'), join(folder, 'data')];
  console.error(`${values.titles} titles: writing files, publishing a version`);
  await measureInChild('write-sample.ts', [imdb, numberOf('titles')]);
  await measureInChild('whole-run.ts', [imdb, data, 'whole']);
  const numbers = (['rate', 'seconds', 'movies', 'sample', 'run-every', 'reads', 'cache'] as const).map(numberOf);
  const args = [benchScript('live/scripts/soak.ts'), data, imdb, ...numbers];
  const child = spawn(process.execPath, args, { env: plainEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = endWithUs(child);
  const exited = once(child, 'exit');
  const samples: SoakSample[] = [];
  console.log(soakHead());
  for await (const line of createInterface(child.stdout)) {
    const sample = JSON.parse(line) as SoakSample; // as: what the script prints
    samples.push(sample);
    console.log(soakRow(sample));
  }
  await exited;
  ended();
  if (child.exitCode !== 0) throw new Error(`the soak ended with ${child.exitCode ?? child.signalCode}`);
  console.log(`\n${describeSoak(samples)}\n\n${JSON.stringify(surroundings())}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
