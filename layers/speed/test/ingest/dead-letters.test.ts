import { DEAD_LETTERS, judgeEvent, type PartitionId, titleIdOf, type Tconst } from '@rushes/domain';
import { deadLetters, listLetters, openFileSource, readLetter, replay, retryLetter, startSpeed } from '@rushes/speed';
import { openSqliteDuplicateFilters } from '@rushes/adapters/sqlite-duplicate-filters';
import { openSqliteSpeedStore } from '@rushes/adapters/sqlite-speed-store';
import { silentLogger } from '@rushes/runtime';
import { readLog } from '@rushes/ports/contracts/read-log';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { AT_ONCE, type IngestFolder, openIngestFolder, recordsOf } from './ingest-folder.ts';
import { START_MS } from '../test-clock.ts';

let folder: IngestFolder;
beforeEach(async () => void (folder = await openIngestFolder()));
afterEach(() => folder.remove());

const movie = titleIdOf('tt1000001' as Tconst); // as: the form of one
const eventText = (score: number): string =>
  JSON.stringify({ type: 'rating_given', version: 1, payload: { movie_id: movie, score, user: null, at: '2026-01-01T00:00:00Z' } });

const RATINGS: PartitionId = 'movie.ratings/0';

/** An event that cannot be used, as something that did not judge it has appended it. */
const appendUnusable = async (id: string, value: string): Promise<number> => {
  const [appended] = await folder.log.append([{ partition: RATINGS, key: movie, id, value }]);
  return appended?.offset ?? -1;
};

const rejectAt = async (offset: number, reason = 'no good'): Promise<void> => {
  const [record] = await readLog(folder.log, RATINGS, offset, offset + 1);
  if (record?.kind !== 'event') throw new Error('no event there');
  await deadLetters(folder.log, folder.clock.nowMs)(RATINGS, [{ record, reason }]);
};

test('a rejected event is a letter with the reason, the place and the text, rejected once or often', async () => {
  const offset = await appendUnusable('a', eventText(11));
  for (let time = 0; time < 3; time++) {
    await rejectAt(offset);
    folder.clock.advance(100 * 3_600_000);
  }
  const letters = await listLetters(folder.log);
  expect(letters).toHaveLength(1);
  expect(await readLetter(folder.log, letters[0] ?? expect.fail())).toEqual({
    id: letters[0]?.id,
    reason: 'no good',
    origin: { partition: RATINGS, offset },
    event: eventText(11),
    at: new Date(START_MS).toISOString(),
  });
});

test('different places are different letters, though the text is the same; the oldest comes first', async () => {
  const offsets = [await appendUnusable('a', 'x'), await appendUnusable('b', 'x')];
  for (const offset of offsets) await rejectAt(offset);
  const letters = await Promise.all((await listLetters(folder.log)).map((entry) => readLetter(folder.log, entry)));
  expect(letters.map(({ origin }) => origin)).toEqual(offsets.map((offset) => ({ partition: RATINGS, offset })));
});

test('what somebody else put among the letters is one too, and hides none', async () => {
  await rejectAt(await appendUnusable('a', eventText(11)));
  const foreign = ['no JSON', '7', '{"kind":"rejected"}', '{"kind":"retried"}'];
  await folder.log.append(foreign.map((value, n) => ({ partition: DEAD_LETTERS, key: `foreign ${n}`, id: `f${n}`, value })));
  const letters = await Promise.all((await listLetters(folder.log)).map((entry) => readLetter(folder.log, entry)));
  expect(letters.map(({ event }) => event)).toEqual([eventText(11), ...foreign]);
  expect(letters[1]).toMatchObject({ reason: expect.stringContaining('not written by Rushes'), origin: { partition: DEAD_LETTERS } });
  const [, entry] = await listLetters(folder.log);
  expect(await retryLetter(folder.log, entry ?? expect.fail(), folder.clock.nowMs())).toMatchObject({ outcome: 'still unusable' });
});

test('a line that a replay rejects twice is one letter', async () => {
  const source = await openFileSource(await folder.write('a.jsonl', 'x\ny\n'));
  await replay(source, AT_ONCE, folder.context);
  await replay(source, { ...AT_ONCE, begin: { line: 0 } }, folder.context);
  expect(await recordsOf(folder.log, [DEAD_LETTERS])).toHaveLength(4);
  expect(await listLetters(folder.log)).toHaveLength(2);
});

test('retried, it is a new record with a new id, where every reader takes it, and the letter says so', async () => {
  // What was no event under an earlier version may be one now.
  await rejectAt(await appendUnusable('a', eventText(8)));
  const [entry] = await listLetters(folder.log);
  const outcome = await retryLetter(folder.log, entry ?? expect.fail(), folder.clock.nowMs());
  expect(outcome).toEqual({ id: entry?.id, outcome: 'appended', event_id: `retry/${entry?.id}` });
  const records = (await recordsOf(folder.log)).filter(({ id }) => id.startsWith('retry/'));
  expect(records).toHaveLength(1);
  const { key, value, appendedAtMs } = records[0] ?? expect.fail();
  expect(value).toBe(eventText(8));
  expect(judgeEvent(value, { topic: 'movie.ratings', key, appendedAtMs })).toHaveProperty('row');
  const [after] = await listLetters(folder.log);
  expect(after).toMatchObject({ id: entry?.id, retried: { event_id: `retry/${entry?.id}`, at: new Date(START_MS).toISOString() } });

  const second = await retryLetter(folder.log, after ?? expect.fail(), folder.clock.nowMs());
  expect(second).toMatchObject({ outcome: 'retried before' });
  expect((await recordsOf(folder.log)).filter(({ id }) => id.startsWith('retry/'))).toHaveLength(1);
});

test('what still cannot be used stays a letter, and nothing is appended', async () => {
  await rejectAt(await appendUnusable('a', eventText(11)));
  await rejectAt(await appendUnusable('b', 'no event'));
  const before = await recordsOf(folder.log);
  const outcomes = [];
  for (const entry of await listLetters(folder.log)) outcomes.push(await retryLetter(folder.log, entry, folder.clock.nowMs()));
  expect(outcomes).toMatchObject([
    { outcome: 'still unusable', reason: expect.stringContaining('score') },
    { outcome: 'still unusable', reason: expect.stringContaining('--edit') },
  ]);
  expect(await recordsOf(folder.log)).toEqual(before);
  expect((await listLetters(folder.log)).map(({ retried }) => retried)).toEqual([undefined, undefined]);
});

test('put right by hand, it is appended as it should be; put wrong, it is not', async () => {
  await rejectAt(await appendUnusable('a', 'no event'));
  const [entry = expect.fail()] = await listLetters(folder.log);
  expect(await retryLetter(folder.log, entry, folder.clock.nowMs(), eventText(0))).toMatchObject({ outcome: 'still unusable' });
  expect(await retryLetter(folder.log, entry, folder.clock.nowMs(), `${eventText(9)}\n`)).toMatchObject({ outcome: 'appended' });
  expect((await recordsOf(folder.log)).find(({ id }) => id.startsWith('retry/'))?.value).toBe(eventText(9));
});

test('the speed layer sends there what it cannot use, and goes on behind it', async () => {
  const speed = await openSqliteSpeedStore(join(folder.path, 'speed.sqlite'));
  const duplicateFilters = await openSqliteDuplicateFilters(folder.path);
  const running = startSpeed(
    { log: folder.log, speed, owners: speed.owners, duplicateFilters, published: async () => undefined },
    { logger: silentLogger, member: 'a', reject: deadLetters(folder.log) },
    { waitMs: 5 },
  );
  try {
    const offset = await appendUnusable('a', '{"type":"x"}');
    await running.caughtUp();
    const [entry = expect.fail(), ...more] = await listLetters(folder.log);
    expect(more).toEqual([]);
    expect(await readLetter(folder.log, entry)).toMatchObject({
      reason: 'unknown event type "x"',
      origin: { partition: RATINGS, offset },
      event: '{"type":"x"}',
    });
  } finally {
    await running.stop();
    await speed.close();
  }
});
