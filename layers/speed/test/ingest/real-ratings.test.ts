/** A real stream of ratings: the first of them in a quick run, all in a deep one. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import { atDepth } from '@rushes/ports/contracts/depth';
import { openFileSource, replay } from '@rushes/speed';
import { expect, test } from 'vitest';

import { AT_ONCE, openIngestFolder, recordsOf } from './ingest-folder.ts';

const FILE = resolve(import.meta.dirname, '../../../../../shared/data/movietweetings/ratings.tsv.gz');
const there = existsSync(FILE);
if (!there) process.stdout.write(`the replay of MovieTweetings is skipped: its ratings are not in ${FILE}\n`);

/** What a plain look at the file's first lines finds. The scale has no 0. */
const EXPECTED = atDepth({
  quick: { lines: 15_000, ratedZero: 2, points: 109902, outcome: 'limit reached' },
  deep: { lines: 141_695, ratedZero: 17, points: 1_035_125, outcome: 'ended' },
});

test.skipIf(!there)(`each of ${EXPECTED.lines} lines of MovieTweetings is a rating in the log or a dead letter`, async () => {
  const { lines, ratedZero, points, outcome } = EXPECTED;
  const folder = await openIngestFolder();
  try {
    const report = await replay(
      await openFileSource(FILE),
      { ...AT_ONCE, chunk: 2_000, ...atDepth({ quick: { limit: EXPECTED.lines }, deep: {} }) },
      folder.context,
    );
    expect(report).toMatchObject({ line: lines + 1, events: lines - ratedZero, rejected: ratedZero, outcome });
    const records = await recordsOf(folder.log);
    expect(new Set(records.map(({ id }) => id)).size).toBe(lines - ratedZero);
    const found = records.reduce((sum, { value }) => sum + (JSON.parse(value) as { payload: { score: number } }).payload.score, 0); // as: ratings
    expect(found).toBe(points);
  } finally {
    await folder.remove();
  }
});
