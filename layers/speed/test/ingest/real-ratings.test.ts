/** A real stream of ratings, whole. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import { openFileSource, replay } from '@rushes/speed';
import { expect, test } from 'vitest';

import { AT_ONCE, openIngestFolder, recordsOf } from './ingest-folder.ts';

const FILE = resolve(import.meta.dirname, '../../../../../shared/data/movietweetings/ratings.tsv.gz');
const there = existsSync(FILE);
if (!there) process.stdout.write(`the replay of MovieTweetings is skipped: its ratings are not in ${FILE}\n`);

const EVENTS = 141_695;
/** The scale has no 0. */
const RATED_ZERO = 17;
/** Of all ratings together. */
const POINTS = 1_035_125;

test.skipIf(!there)('every line of MovieTweetings is a rating in the log or a dead letter', async () => {
  const folder = await openIngestFolder();
  try {
    const report = await replay(await openFileSource(FILE), { ...AT_ONCE, chunk: 2_000 }, folder.context);
    expect(report).toMatchObject({ line: EVENTS + 1, events: EVENTS - RATED_ZERO, rejected: RATED_ZERO, outcome: 'ended' });
    const records = await recordsOf(folder.log);
    expect(new Set(records.map(({ id }) => id)).size).toBe(EVENTS - RATED_ZERO);
    const points = records.reduce((sum, { value }) => sum + (JSON.parse(value) as { payload: { score: number } }).payload.score, 0); // as: ratings
    expect(points).toBe(POINTS);
  } finally {
    await folder.remove();
  }
});
