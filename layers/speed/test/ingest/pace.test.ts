import { openFileSource, replay } from '@rushes/speed';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { AT_ONCE, type IngestFolder, openIngestFolder, ratingsFile, recordsOf } from './ingest-folder.ts';
import { START_MS } from '../test-clock.ts';

let folder: IngestFolder;
beforeEach(async () => void (folder = await openIngestFolder()));
afterEach(() => folder.remove());

const TIMES_S = [1_400_000_000, 1_400_000_010, 1_400_000_010, 1_400_000_005, 1_400_001_000];

const path = (): Promise<string> => folder.write('a.tsv', ratingsFile(TIMES_S.map((at, n) => `${at}\ttt1000001\t${n}\t5`)));

test.each([
  [1, [0, 10, 10, 10, 1000]],
  [10, [0, 1, 1, 1, 100]],
  [0.5, [0, 20, 20, 20, 2000]],
  [Infinity, [0, 0, 0, 0, 0]],
])(
  '%d times faster: each event is appended when it is due, none before; one that lies back in time at once',
  async (timesFaster, seconds) => {
    await replay(await openFileSource(await path()), { ...AT_ONCE, timesFaster }, folder.context);
    const appended = (await recordsOf(folder.log)).map(({ appendedAtMs }) => (appendedAtMs - START_MS) / 1000);
    expect(appended).toEqual(seconds);
  },
);

test('a long wait is slept in parts', async () => {
  await replay(await openFileSource(await path()), { ...AT_ONCE, timesFaster: 1 }, folder.context);
  expect(Math.max(...folder.clock.slept)).toBe(60_000);
});

test('stopped while it waits: what was due is in the log, what was not comes with the next run', async () => {
  const ended = new AbortController();
  const clock = { ...folder.clock, sleep: async () => ended.abort() };
  const source = await openFileSource(await path());
  const report = await replay(source, { ...AT_ONCE, timesFaster: 1 }, { ...folder.context, clock, signal: ended.signal });
  expect(report).toMatchObject({ line: 2, events: 1, outcome: 'interrupted' });
  expect(await replay(source, AT_ONCE, folder.context)).toMatchObject({ events: 4, found: 0 });
});
