/** Writes the files that a benchmark reads: `write-sample.ts FOLDER TITLES`. The same for the same number, so results can be compared. */
import { silentProgress } from '@rushes/runtime';

import { writeSyntheticSample } from '../libs/sources/src/index.ts';

const [folder = '', titles = ''] = process.argv.slice(2);

const { rows, bytes } = await writeSyntheticSample(
  { folder, titles: Number(titles), seed: 1 },
  { progress: silentProgress, signal: new AbortController().signal },
);
console.log(JSON.stringify({ rows, bytes }));
