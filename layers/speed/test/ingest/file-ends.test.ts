/** Where a file ends, and what of it counts: lines that have no end yet, files that were cut off, times in the future. */
import { readFile, utimes } from 'node:fs/promises';

import { BrokenSourceError, type FileSourceOptions, openFileSource, replay, type ReplayOptions, type ReplayReport } from '@rushes/speed';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { AT_ONCE, type IngestFolder, openIngestFolder, RATINGS_HEADER, ratingLines, ratingsFile, recordsOf } from './ingest-folder.ts';

let folder: IngestFolder;
beforeEach(async () => void (folder = await openIngestFolder()));
afterEach(() => folder.remove());

interface Replayed extends ReplayReport {
  readonly leftLine: number | undefined;
}
const play = async (path: string, options: FileSourceOptions = {}, how: Partial<ReplayOptions> = {}): Promise<Replayed> => {
  const source = await openFileSource(path, options);
  const report = await replay(source, { ...AT_ONCE, ...how }, folder.context);
  return { ...report, leftLine: source.end()?.leftLine };
};
const scores = async (): Promise<readonly unknown[]> =>
  // as: the events that the tests write
  (await recordsOf(folder.log)).map(({ value }) => (JSON.parse(value) as { readonly payload: { readonly score: unknown } }).payload.score);

const GROWS = { name: 'grows' };
const line = (n: number, points: string): string => `${1_400_000_000 + n}\ttt1000001\tu${n}\t${points}`;
const json = (score: number): string =>
  JSON.stringify({
    type: 'rating_given',
    version: 1,
    payload: { movie_id: '00000000-0000-5000-8000-000000000001', score, user: null, at: '2026-01-01T00:00:00Z' },
  });

describe('a last line without an end', () => {
  test.each([
    ['plain', (text: string) => folder.write('g.tsv', text)],
    ['gzip', (text: string) => folder.writeGzip('g.tsv.gz', text)],
  ])('is left of a file that grows, and counts once it is whole (%s)', async (_, write) => {
    const first = await play(await write(`${RATINGS_HEADER}\n${line(1, '7')}\n${line(2, '1')}`), GROWS);
    expect(first).toMatchObject({ line: 2, events: 1, rejected: 0, outcome: 'ended', leftLine: 3 });
    const second = await play(await write(`${RATINGS_HEADER}\n${line(1, '7')}\n${line(2, '10')}\n${line(3, '9')}\n`), GROWS);
    expect(second).toMatchObject({ after_line: 2, line: 4, events: 2, leftLine: undefined });
    expect(await scores()).toEqual([7, 10, 9]);
  });

  test('whatever it is cut in: half an event, half of a line end, half of a character, blanks', async () => {
    const whole = `${json(6)}\r\n`;
    for (const [at, rest] of [json(6).slice(0, 99), json(6), `${json(6)}\r`, '  ', Buffer.from([0xc3])].entries()) {
      const name = `cut-${at}`;
      const text = Buffer.concat([Buffer.from(`${json(5)}\r\n`), Buffer.from(rest)]);
      expect(await play(await folder.write(`${name}.jsonl`, text), { name })).toMatchObject({
        line: 1,
        events: 1,
        rejected: 0,
        leftLine: 2,
      });
      expect(await play(await folder.write(`${name}.jsonl`, `${json(5)}\r\n${whole}`), { name })).toMatchObject({ line: 2, events: 1 });
    }
    expect(await scores()).toEqual([5, 6, 5, 6, 5, 6, 5, 6, 5, 6]);
  });

  test('counts if the file is said to be final, once, and also where no more is added to it', async () => {
    const path = await folder.write('g.tsv', `${RATINGS_HEADER}\n${line(1, '7')}`);
    expect(await play(path, GROWS)).toMatchObject({ line: 0, events: 0, leftLine: 2 });
    expect(await play(path, { ...GROWS, isFinal: true })).toMatchObject({ line: 2, events: 1, leftLine: undefined });
    for (const isFinal of [true, false])
      expect(await play(path, { ...GROWS, isFinal })).toMatchObject({ line: 2, events: 0, leftLine: undefined });
    expect(await scores()).toEqual([7]);
  });

  test('counts in a file that is known by its content', async () => {
    expect(await play(await folder.write('a.tsv', `${RATINGS_HEADER}\n${line(1, '7')}`))).toMatchObject({ events: 1, leftLine: undefined });
  });

  test('nothing behind the last end, a header alone and an empty file leave nothing', async () => {
    expect(await play(await folder.write('a.tsv', ratingsFile([line(1, '7')])), GROWS)).toMatchObject({ leftLine: undefined });
    expect(await play(await folder.write('b.tsv', RATINGS_HEADER), { name: 'b' })).toMatchObject({ events: 0, leftLine: undefined });
    expect(await play(await folder.write('c.jsonl', ''), { name: 'c' })).toMatchObject({ events: 0, leftLine: undefined });
  });

  test('is not asked for where the replay ended before it', async () => {
    const path = await folder.write('g.tsv', `${RATINGS_HEADER}\n${line(1, '7')}\n${line(2, '1')}`);
    expect(await play(path, GROWS, { limit: 1 })).toMatchObject({ outcome: 'limit reached', leftLine: undefined });
    expect(await play(path, GROWS)).toMatchObject({ events: 0, leftLine: 3 });
  });
});

test('what is written to a file while it is replayed is left for the next time', async () => {
  const path = await folder.write('a.tsv', ratingsFile([line(1, '7')]));
  const source = await openFileSource(path);
  await folder.write('a.tsv', ratingsFile([line(1, '7'), line(2, '8')]));
  expect(await replay(source, AT_ONCE, folder.context)).toMatchObject({ events: 1 });
});

test('a file that breaks off goes on under the name that it had, and counts once', async () => {
  const text = ratingsFile(ratingLines(9_000));
  const whole = await folder.writeGzip('whole.gz', text);
  const cut = await folder.write('cut.gz', (await readFile(whole)).subarray(0, 30_000));
  const source = await openFileSource(cut);
  await expect(replay(source, AT_ONCE, folder.context)).rejects.toBeInstanceOf(BrokenSourceError);
  const before = (await recordsOf(folder.log)).length;
  expect(before).toBeGreaterThan(100);
  expect(await play(whole, { name: source.name, isFinal: true })).toMatchObject({ events: 9_000 - before });
  expect(await recordsOf(folder.log)).toHaveLength(9_000);
});

describe('a time in the future', () => {
  const IMDB = 'tconst\taverageRating\tnumVotes\ntt0000002\t6.0\t9\n';
  const LATER = new Date('2031-01-01T00:00:00Z');

  test('of the last change is refused where the lines have none of their own, and --at is taken instead', async () => {
    const path = await folder.write('r.tsv', IMDB);
    await utimes(path, LATER, LATER);
    await expect(openFileSource(path)).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining('was last changed in the future: 2031-01-01T00:00:00.000Z'),
      hint: expect.stringContaining('--at'),
    });
    expect(await play(path, { atMs: Date.UTC(2026, 0, 1) })).toMatchObject({ events: 1, rejected: 0 });
    const dated = await folder.write('t.tsv', ratingsFile([line(1, '7')]));
    await utimes(dated, LATER, LATER);
    expect(await play(dated)).toMatchObject({ events: 1 });
  });

  test('that is said is refused, by a millisecond as by years', async () => {
    const path = await folder.write('r.tsv', IMDB);
    const nowMs = Date.UTC(2026, 0, 1);
    for (const atMs of [nowMs + 1, LATER.getTime()])
      await expect(openFileSource(path, { atMs, nowMs })).rejects.toThrow(/lies in the future/);
    expect((await openFileSource(path, { atMs: nowMs, nowMs })).datedMs).toBe(nowMs);
  });
});

describe('one id more than once', () => {
  const own = (id: string, score: number, movie = 1): string =>
    JSON.stringify({
      id,
      type: 'rating_given',
      version: 1,
      payload: { movie_id: `00000000-0000-5000-8000-00000000000${movie}`, score, user: null, at: '2026-01-01T00:00:00Z' },
    });
  const text = (...lines: readonly string[]): string => lines.map((one) => `${one}\n`).join('');

  test('the first one counts, wherever the others belong; what was left out is told', async () => {
    const path = await folder.write('own.jsonl', text(own('1', 2), own('1', 9), own('1', 2), own('2', 3), own('1', 2, 2)));
    expect(await play(path)).toMatchObject({ line: 5, events: 2, repeated: 3, contradicting: 2, rejected: 0 });
    expect(new Set(await scores())).toEqual(new Set([2, 3]));
  });

  test('also across replays of a file that grows; a line that could not be used takes no id', async () => {
    expect(await play(await folder.write('own.jsonl', text(own('1', 2), own('x', 11))), GROWS)).toMatchObject({ events: 1, rejected: 1 });
    const grown = await folder.write('own.jsonl', text(own('1', 2), own('x', 11), own('1', 9), own('x', 8)));
    expect(await play(grown, GROWS)).toMatchObject({ after_line: 2, events: 1, repeated: 1, contradicting: 1 });
    expect(await scores()).toEqual([2, 8]);
  });

  test('a line takes no id that was skipped because somebody said where to begin', async () => {
    const path = await folder.write('own.jsonl', text(own('1', 2), own('1', 9)));
    expect(await play(path, {}, { begin: { line: 1 } })).toMatchObject({ events: 1, repeated: 0 });
    expect(await scores()).toEqual([9]);
  });
});

test('events of movies that the catalog has, or that the file adds, are counted', async () => {
  const [known, added, unknown] = [1, 2, 3].map((n) => `00000000-0000-5000-8000-00000000000${n}`);
  const given = (movie_id: string | undefined): string =>
    JSON.stringify({ type: 'rating_given', version: 1, payload: { movie_id, score: 7, user: null, at: '2026-01-01T00:00:00Z' } });
  const fields = { tconst: null, title: 'A', genres: [], year: null, runtime_minutes: null, rating: null };
  const adding = JSON.stringify({
    type: 'movie_added',
    version: 1,
    payload: { movie_id: added, source: 'posted', at: '2026-01-01T00:00:00Z', ...fields },
  });
  const lines = [given(known), given(unknown), given(known), adding, given(added)];
  const source = await openFileSource(await folder.write('a.jsonl', lines.join('\n')));
  const asked: string[][] = [];
  const knownOf = async (ids: readonly string[]) => (asked.push([...ids]), new Set(ids.filter((id) => id === known)));
  expect(await replay(source, AT_ONCE, { ...folder.context, knownOf })).toMatchObject({ events: 5, known: 4 });
  expect(asked).toEqual([[known, unknown]]);
  const again = await openFileSource(await folder.write('b.jsonl', lines.join('\n')), { name: 'b', isFinal: true });
  expect(await replay(again, AT_ONCE, folder.context)).toMatchObject({ events: 5, known: null });
});
