/**
 * What a catalog takes: disk, memory and time of a first run and of the run after it, with so many made-up titles. `docs/operate.md` has the table and
 * says how it is extended.
 */
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { changeRatings } from './batch/change-ratings.ts';
import { bytesIn, peakWhile } from './batch/folder-sizes.ts';
import type { MeasuredRun } from './batch/measured-run.ts';
import { CHANGED_EVERY } from './batch/measure-batch.ts';
import { measureInChild } from './process/child.ts';
import { surroundings } from './report/machine.ts';

const { values } = parseArgs({
  options: {
    titles: { type: 'string', default: '100000' },
    /** Where files are written meanwhile. */
    folder: { type: 'string', default: tmpdir() },
  },
});

const sizes = values.titles.split(',').map(Number);
if (!sizes.every((titles) => Number.isSafeInteger(titles) && titles > 0))
  throw new Error(`--titles takes whole numbers above 0, not ${values.titles}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const MB = 1e6;
const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const perSource = (bytes: number, source: number): string => `${whole(bytes / MB)} MB (${(bytes / source).toFixed(1)})`;

const measure = async (titles: number): Promise<string> => {
  const folder = await mkdtemp(join(values.folder, 'rushes-sizes-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    const [imdb, later, data] = [join(folder, 'imdb'), join(folder, 'later'), join(folder, 'data')];
    console.error(`${titles} titles: writing the files`);
    const { bytes, rows } = await measureInChild<{ readonly bytes: number; readonly rows: Readonly<Record<string, number>> }>(
      'write-sample.ts',
      [imdb, String(titles)],
    );
    await changeRatings(imdb, later, CHANGED_EVERY);
    const run = (from: string) => peakWhile(data, measureInChild<MeasuredRun>('whole-run.ts', [from, data, 'whole']));
    const first = await run(imdb);
    const [lake, views] = [await bytesIn(join(data, 'lake')), await bytesIn(join(data, 'views'))];
    const bronze = await bytesIn(join(data, 'lake/bronze'));
    console.error(`${titles} titles: the first run took ${whole(first.result.wallMs / 1000)} s`);
    const second = await run(later);
    const grown = (await bytesIn(data)) - lake - views;
    const seconds = ({ wallMs, cpuMs }: MeasuredRun): string => `${whole(wallMs / 1000)} s (${whole(cpuMs / 1000)} s)`;
    return `| ${[
      whole(titles),
      whole(Object.values(rows).reduce((sum, count) => sum + count, 0)),
      `${whole(bytes / MB)} MB`,
      `${perSource(lake, bytes)}, of it bronze ${whole(bronze / MB)} MB`,
      perSource(views, bytes),
      perSource(first.peak, bytes),
      seconds(first.result),
      `${whole(Math.max(first.result.peakMb, second.result.peakMb))} MiB`,
      `${perSource(second.peak - lake - views, bytes)}, stays ${whole(grown / MB)} MB`,
      seconds(second.result),
    ].join(' | ')} |`;
  } finally {
    process.off('exit', remove);
    await rm(folder, { recursive: true, force: true });
  }
};

const rows: string[] = [];
for (const titles of sizes) {
  const row = await measure(titles);
  console.error(row); // a longer one may yet be interrupted
  rows.push(row);
}
console.log(JSON.stringify(surroundings()));
console.log(
  [
    '| titles | lines of all files | files, gzip | lake | views | most during the first run | time (of processors) | memory | second run: most beside what was there | time (of processors) |',
    `| ${Array.from({ length: 10 }, () => '---').join(' | ')} |`,
    ...rows,
  ].join('\n'),
);
