import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openSqliteEventLog } from '@rushes/adapters/sqlite-event-log';
import { DEAD_LETTERS, DUPLICATE_WINDOW_MS, judgeEvent } from '@rushes/domain';
import type { EventLog } from '@rushes/ports';
import {
  type CursorStore,
  openFileSource,
  replay,
  type ReplayContext,
  type ReplayOptions,
  type ReplayReport,
  type Source,
  type SourceItem,
} from '@rushes/speed';
import { histories } from '@rushes/ports/contracts/depth';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { AT_ONCE, type IngestFolder, openIngestFolder, ratingLines, ratingsFile, recordsOf } from './ingest-folder.ts';

let folder: IngestFolder;
beforeEach(async () => void (folder = await openIngestFolder()));
afterEach(() => folder.remove());

const NAME = 'ratings';

const replayFile = async (
  path: string,
  options: Partial<ReplayOptions> = {},
  context: ReplayContext = folder.context,
  name: string | undefined = NAME,
): Promise<ReplayReport> => replay(await openFileSource(path, name === undefined ? {} : { name }), { ...AT_ONCE, ...options }, context);

const idsIn = async (log: EventLog = folder.log): Promise<readonly string[]> => (await recordsOf(log)).map(({ id }) => id).toSorted();
const lineIds = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, n) => `${NAME}:${from + n}`).toSorted();

describe('a replay', () => {
  test('appends every event once, where its movie belongs, in the order of the file', async () => {
    const lines = ratingLines(250);
    const report = await replayFile(await folder.write('a.tsv', ratingsFile(lines)));
    expect(report).toMatchObject({ after_line: 0, line: 251, events: 250, found: 0, rejected: 0, outcome: 'ended' });
    expect(await idsIn()).toEqual(lineIds(2, 251));
    const records = await recordsOf(folder.log);
    for (const { key, value, appendedAtMs } of records)
      expect(judgeEvent(value, { topic: 'movie.ratings', key, appendedAtMs })).toHaveProperty('row');
    const byMovie = Map.groupBy(records, ({ key }) => key);
    expect(byMovie.size).toBe(7);
    for (const of of byMovie.values()) {
      const numbers = of.map(({ id }) => Number(id.split(':')[1]));
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
  });

  test('in chunks: the cursor follows each append, and no chunk is larger than asked', async () => {
    const sizes: number[] = [];
    const told: number[] = [];
    const log: EventLog = { ...folder.log, append: (records) => (sizes.push(records.length), folder.log.append(records)) };
    const context = { ...folder.context, log, onChunk: ({ line }: { readonly line: number }) => void told.push(line) };
    await replayFile(await folder.write('a.tsv', ratingsFile(ratingLines(250))), { chunk: 100 }, context);
    expect(sizes).toEqual([100, 100, 50]);
    expect(told).toEqual([101, 201, 251]);
    expect(await folder.context.cursors.read(NAME)).toMatchObject({ source: NAME, line: 251, events: 250, rejected: 0, ended: true });
  });

  test('does not read on while an append waits', async () => {
    let read = 0;
    const items = async function* () {
      for (let line = 1; ; line++) {
        read = line;
        yield { line, text: '', fault: 'none' };
      }
    };
    const gate = Promise.withResolvers<never>();
    const asked = Promise.withResolvers<void>();
    const log: EventLog = { ...folder.log, append: () => (asked.resolve(), gate.promise) };
    const endless = { name: 'endless', location: 'here', hasOwnIds: false, items, progress: () => undefined };
    const running = replay(endless, { ...AT_ONCE, chunk: 10 }, { ...folder.context, log });
    await asked.promise;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(read).toBe(10);
    gate.reject(new Error('the log is gone'));
    await expect(running).rejects.toThrow('the log is gone');
  });

  test('bad lines never stop it: they go to the dead letters with their place', async () => {
    const good = ratingLines(4);
    const path = await folder.write(
      'a.tsv',
      ratingsFile([good[0], 'x', good[1], '1400000000\ttt1000001\t7\t0', good[2], good[3]].map(String)),
    );
    expect(await replayFile(path)).toMatchObject({ line: 7, events: 4, rejected: 2, outcome: 'ended' });
    expect(await idsIn()).toHaveLength(4);
    const letters = (await recordsOf(folder.log, [DEAD_LETTERS])).map(({ value }): unknown => JSON.parse(value));
    expect(letters).toMatchObject([
      { reason: '1 fields instead of 4', origin: { source: NAME, file: path, line: 3 }, event: 'x' },
      { reason: expect.stringContaining('rating "0"'), origin: { line: 5 }, event: '1400000000\ttt1000001\t7\t0' },
    ]);
  });

  test('events that every reader would refuse do not enter the log', async () => {
    const at = new Date(folder.clock.nowMs()).toISOString();
    const later = new Date(folder.clock.nowMs() + 25 * 3_600_000).toISOString();
    const given = (payload: object, type = 'rating_given', version: unknown = 1): string => JSON.stringify({ type, version, payload });
    const movie_id = '00000000-0000-5000-8000-000000000001';
    const lines = [
      given({ movie_id, score: 7, user: null, at }),
      given({ movie_id, score: 11, user: null, at }),
      given({ movie_id, score: 7, user: null, at: later }),
      given({ movie_id, score: 7, user: null, at }, 'rating_taken'),
      given({ movie_id, score: 7, user: null, at }, 'rating_given', 2),
      given({ movie_id: '\ud800', score: 7, user: null, at }),
      '{"type":"rating_given","version":1}',
    ];
    expect(await replayFile(await folder.write('a.jsonl', lines.map((line) => `${line}\n`).join('')))).toMatchObject({
      events: 1,
      rejected: 6,
    });
    expect(await idsIn()).toEqual([`${NAME}:1`]);
  });
});

describe('run again', () => {
  test('the same file adds nothing, under any name', async () => {
    const text = ratingsFile(ratingLines(30));
    await replayFile(await folder.write('a.tsv', text), {}, folder.context, undefined);
    const before = await recordsOf(folder.log);
    const again = await replayFile(await folder.write('b.tsv', text), {}, folder.context, undefined);
    expect(again).toMatchObject({ after_line: 31, line: 31, events: 0, outcome: 'ended' });
    expect(await recordsOf(folder.log)).toEqual(before);
  });

  test('from the beginning, it appends the same ids', async () => {
    const path = await folder.write('a.tsv', ratingsFile(ratingLines(30)));
    await replayFile(path);
    expect(await replayFile(path, { begin: { line: 0 } })).toMatchObject({ after_line: 0, events: 30, found: 0 });
    const ids = await idsIn();
    expect(ids).toHaveLength(60);
    expect([...new Set(ids)]).toEqual(lineIds(2, 31));
  });

  test('a file under a name of its own goes on where it grew', async () => {
    await replayFile(await folder.write('a.tsv', ratingsFile(ratingLines(30))));
    expect(await replayFile(await folder.write('a.tsv', ratingsFile(ratingLines(40))))).toMatchObject({ after_line: 31, events: 10 });
    expect(await idsIn()).toEqual(lineIds(2, 41));
  });

  test('--limit and --from-line choose lines, and the next run goes on behind them', async () => {
    const path = await folder.write('a.tsv', ratingsFile(ratingLines(30)));
    expect(await replayFile(path, { limit: 7, chunk: 3 })).toMatchObject({ line: 8, events: 7, outcome: 'limit reached' });
    expect(await replayFile(path, { begin: { line: 19 }, limit: 2 })).toMatchObject({ after_line: 19, line: 21, events: 2 });
    expect(await replayFile(path)).toMatchObject({ after_line: 21, line: 31, events: 10, outcome: 'ended' });
    expect(await idsIn()).toEqual([...lineIds(2, 8), ...lineIds(20, 31)].toSorted());
  });

  test('a cursor that cannot be read is told, not guessed', async () => {
    const path = await folder.write('a.tsv', ratingsFile(ratingLines(3)));
    await replayFile(path);
    await folder.write(join('replays', `${NAME}.json`), '{"format":1,"line":');
    await expect(replayFile(path)).rejects.toThrow(/does not say how far the replay is/);
    expect(await replayFile(path, { begin: { line: 0 } })).toMatchObject({ events: 3 });
  });
});

describe('stopped', () => {
  test('it ends after the chunk, and goes on behind it', async () => {
    const ended = new AbortController();
    const path = await folder.write('a.tsv', ratingsFile(ratingLines(300)));
    const context = {
      ...folder.context,
      signal: ended.signal,
      onChunk: ({ events }: { readonly events: number }) => events === 200 && ended.abort(),
    };
    expect(await replayFile(path, {}, { ...context, onChunk: (now) => void context.onChunk(now) })).toMatchObject({
      line: 201,
      events: 200,
      outcome: 'interrupted',
    });
    expect(await replayFile(path)).toMatchObject({ after_line: 201, events: 100, found: 0, outcome: 'ended' });
    expect(await idsIn()).toEqual(lineIds(2, 301));
  });

  test('by a file that breaks off: what came before is in the log, and the error names the place', async () => {
    const path = await folder.writeGzip('whole.gz', ratingsFile(ratingLines(30_000)));
    const bytes = await readFile(path);
    const cut = await folder.write('cut.gz', bytes.subarray(0, bytes.length / 2));
    await expect(replayFile(cut)).rejects.toThrow(/cut\.gz cannot be read beyond line \d+/);
    const { line = 0, ended } = (await folder.context.cursors.read(NAME)) ?? {};
    expect(line).toBeGreaterThan(1000);
    expect(ended).toBe(false);
    expect(await idsIn()).toEqual(lineIds(2, line));
    await replayFile(path);
    expect(await idsIn()).toEqual(lineIds(2, 30_001));
  });
});

describe('a source of another kind', () => {
  const given = async function* (count: number, then: () => never): AsyncGenerator<SourceItem> {
    for (let n = 1; n <= count; n++) yield { line: 10 * n, text: '', fault: `no event ${n}` };
    then();
  };
  const sourceOf = (count: number, then: () => never): Source => ({
    name: 'poll',
    location: 'https://service.example/changes',
    hasOwnIds: false,
    items: () => given(count, then),
    progress: () => undefined,
  });

  test('that breaks off gave what came before', async () => {
    const failing = sourceOf(3, () => {
      throw new Error('the service is gone');
    });
    await expect(replay(failing, AT_ONCE, folder.context)).rejects.toThrow('the service is gone');
    expect(await folder.context.cursors.read('poll')).toMatchObject({ line: 30, rejected: 3, ended: false });
  });

  test('is not asked for more once the replay is stopped', async () => {
    const ended = new AbortController();
    const asking = sourceOf(2, () => expect.fail('asked for more'));
    const context = { ...folder.context, signal: ended.signal, onChunk: () => ended.abort() };
    expect(await replay(asking, { ...AT_ONCE, chunk: 2 }, context)).toMatchObject({ line: 20, rejected: 2, outcome: 'interrupted' });
  });
});

describe('crashes', () => {
  class Crash extends Error {}

  /** Crashes at the nth of these moments: before an append, after it, before the cursor is written, after. */
  const crashing = (moment: number): ReplayContext => {
    let left = moment;
    const maybe = (): void => {
      left -= 1;
      if (left === 0) throw new Crash();
    };
    const around = async <T>(work: () => Promise<T>): Promise<T> => {
      maybe();
      const result = await work();
      maybe();
      return result;
    };
    const { log, cursors } = folder.context;
    const crashingCursors: CursorStore = { read: (source) => cursors.read(source), write: (cursor) => around(() => cursors.write(cursor)) };
    return { ...folder.context, log: { ...log, append: (records) => around(() => log.append(records)) }, cursors: crashingCursors };
  };

  test('at any moments, with any time in between: every event is in the log exactly once', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 25 }),
        fc.integer({ min: 1, max: 7 }),
        fc.array(fc.record({ moment: fc.integer({ min: 1, max: 12 }), hours: fc.integer({ min: 0, max: 100 }) }), { maxLength: 5 }),
        fc.constantFrom(undefined, 'own'),
        async (count, chunk, crashes, own) => {
          const name = `run-${(runs += 1)}`;
          const lines = ratingLines(count).map((_, n) => {
            const payload = { movie_id: `00000000-0000-5000-8000-00000000000${n % 10}`, score: 7, user: null, at: '2026-01-01T00:00:00Z' };
            return JSON.stringify({ ...(own === undefined ? {} : { id: `own ${n}` }), type: 'rating_given', version: 1, payload });
          });
          const path = await folder.write('a.jsonl', lines.map((line) => `${line}\n`).join(''));
          const before = await recordsOf(folder.log);
          for (const { moment, hours } of crashes) {
            await replayFile(path, { chunk }, crashing(moment), name).catch((error: unknown) => {
              if (!(error instanceof Crash)) throw error;
            });
            folder.clock.advance(hours * 3_600_000);
            await folder.log.append([{ partition: 'movie.ratings/0', key: 'k', id: `noise ${Math.floor(moment)}`, value: '{}' }]);
          }
          await replayFile(path, { chunk }, folder.context, name);
          const known = new Set(before);
          const ids = (await recordsOf(folder.log)).filter((record) => !known.has(record)).map(({ id }) => id);
          const mine = ids.filter((id) => id.startsWith(`${name}:`) || id.startsWith(`${name}/`));
          expect(mine.toSorted()).toEqual(lines.map((_, n) => (own === undefined ? `${name}:${n + 1}` : `${name}/own ${n}`)).toSorted());
          expect(await folder.context.cursors.read(name)).toMatchObject({ line: count, events: count, ended: true });
        },
      ),
      histories({ quick: 8, deep: 120 }),
    );
  });

  test('between append and cursor, taken up after readers have forgotten the ids', async () => {
    const path = await folder.write('a.tsv', ratingsFile(ratingLines(10)));
    // The first cursor is written before the first append: moments 1 and 2; the append is 3 and 4.
    await expect(replayFile(path, { chunk: 4 }, crashing(4))).rejects.toBeInstanceOf(Crash);
    expect(await idsIn()).toHaveLength(4);
    folder.clock.advance(DUPLICATE_WINDOW_MS + 1);
    const log = await openSqliteEventLog(join(folder.path, 'log.sqlite'), { now: folder.clock.nowMs });
    expect(await replayFile(path, { chunk: 4 }, { ...folder.context, log })).toMatchObject({ events: 10, found: 4, rejected: 0 });
    await log.close();
    expect(await idsIn()).toEqual(lineIds(2, 11));
  });
});
