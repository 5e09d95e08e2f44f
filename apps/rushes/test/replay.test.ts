/** `rushes replay` and `rushes dead-letters` from the outside. */
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import { someOf } from '@rushes/ports/contracts/depth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { invoke, start } from './invoke.ts';

let folder = '';
const write = (name: string, lines: readonly string[]): void =>
  writeFileSync(join(folder, name), lines.map((line) => `${line}\n`).join(''));

const event = (score: number, at = '2026-01-01T00:00:00Z'): string =>
  JSON.stringify({
    type: 'rating_given',
    version: 1,
    payload: { movie_id: '00000000-0000-5000-8000-000000000001', score, user: null, at },
  });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-replay-'));
  write('events.jsonl', [event(7), event(11), 'x', event(8)]);
  write('slow.jsonl', [event(7, '2026-01-01T00:00:00Z'), event(7, '2026-01-02T00:00:00Z'), event(7, '2026-01-03T00:00:00Z')]);
  write('text.txt', ['hello']);
  write('stars.csv', ['userId,movieId,rating,timestamp', '7,1,3.5,1147880044', '7,2,0.5,1147880045']);
  write('linked.csv', ['movieId,imdbId,tmdbId', '1,0000031,']);
  write('future.tsv', ['tconst\taverageRating\tnumVotes', 'tt0000002\t6.0\t9']);
  utimesSync(join(folder, 'future.tsv'), new Date('2031-01-01'), new Date('2031-01-01'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>; // as: every command answers with one object

describe('wrong use ends with 2', () => {
  const cases = [
    [['replay'], "missing required argument 'file'"],
    [['replay', 'nowhere.tsv', '--data', 'none'], 'nowhere.tsv cannot be opened'],
    [['replay', 'text.txt', '--data', 'none'], 'is in no format that can be replayed'],
    [['replay', 'events.jsonl', '--speed', '0'], 'give real, max or how many times faster'],
    [['replay', 'events.jsonl', '--chunk', '10001'], 'give a whole number up to 10000'],
    [['replay', 'events.jsonl', '--again', '--from-line', '2'], 'cannot be used with'],
    [['replay', 'events.jsonl', '--at', '2026-02-30', '--data', 'none'], 'that the calendar has'],
    [['replay', 'events.jsonl', '--at', '2031-01-01', '--data', 'none'], 'lies in the future'],
    [['replay', 'future.tsv', '--data', 'none'], 'was last changed in the future: 2031-01-01T00:00:00.000Z\nSay with --at'],
    [['replay', 'stars.csv', '--data', 'none'], 'there is no links.csv beside it\nName with --links the file'],
    [['replay', 'events.jsonl', '--links', 'linked.csv', '--data', 'none'], '--links says nothing to the format jsonl'],
    [['dead-letters', 'list', '--data', 'none'], 'there is no data folder'],
  ] as const;
  test.each(someOf(cases, 2))('%j', async (args, message) => {
    const { code, stdout, stderr } = await invoke(args, folder);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(readdirSync(folder)).not.toContain('none');
  });
});

test("MovieLens' ratings, with the links that are named", async () => {
  const replayed = await invoke(['replay', 'stars.csv', '--links', 'linked.csv', '--data', 'stars', '--json'], folder);
  expect(json(replayed.stdout)).toMatchObject({ format: 'movielens', line: 3, events: 1, rejected: 1, outcome: 'ended' });
});

test('a file, the same again, and again from the beginning', async () => {
  const first = await invoke(['replay', 'events.jsonl', '--data', 'data', '--json'], folder);
  expect(first.code).toBe(0);
  expect(json(first.stdout)).toMatchObject({ format: 'jsonl', line: 4, events: 2, rejected: 2, found: 0, outcome: 'ended' });
  const second = await invoke(['replay', 'events.jsonl', '--data', 'data'], folder);
  expect(second.stdout).toContain('Nothing new: events.jsonl is in the log up to its end (line 4).');
  const third = await invoke(['replay', 'events.jsonl', '--data', 'data', '--again', '--limit', '1'], folder);
  expect(third.stdout).toMatch(
    /^Replayed events\.jsonl up to line 1: 1 event in .*\nThe limit was reached: the same command goes on behind line 1/,
  );
});

/** The command that a message tells to run, without its name. */
const advised = (text: string): readonly string[] => /^ {2}rushes (replay .*)$/m.exec(text)?.[1]?.split(' ') ?? [];

test('a file that breaks off goes on with the command that is told, and counts once', async () => {
  const lines = Array.from({ length: 4000 }, (_, n) => `${1_400_000_000 + ((n * 7919) % 999_983)}\ttt0000031\tu${n}\t${1 + (n % 10)}`);
  const whole = gzipSync(['timestamp\ttconst\tuserId\trating', ...lines].join('\n'));
  writeFileSync(join(folder, 'fetched.tsv.gz'), whole.subarray(0, 20_000));
  const broken = await invoke(['replay', 'fetched.tsv.gz', '--data', 'broken', '--chunk', '50'], folder);
  expect(broken).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be read beyond line') });
  writeFileSync(join(folder, 'fetched.tsv.gz'), whole);
  const rest = json((await invoke([...advised(broken.stderr), '--json'], folder)).stdout);
  expect(rest).toMatchObject({ outcome: 'ended', line: 4001, found: 0 });
  expect(Number(rest['after_line'])).toBeGreaterThan(1);
  expect(rest['events']).toBe(4001 - Number(rest['after_line']));
});

test('a last line without an end is left where the file grows, and counts with the command that is told', async () => {
  const grows = join(folder, 'grows.jsonl');
  writeFileSync(grows, `${event(7)}\n${event(8)}`);
  const first = await invoke(['replay', 'grows.jsonl', '--source', 'grows', '--data', 'grows'], folder);
  expect(first.stdout).toContain('Line 2 has no end yet, so it was left for the next replay.');
  const second = json((await invoke([...advised(first.stdout), '--json'], folder)).stdout);
  expect(second).toMatchObject({ after_line: 1, line: 2, events: 1, left_line: null });
  writeFileSync(grows, `${event(7)}\n`);
  const shorter = await invoke(['replay', 'grows.jsonl', '--source', 'grows', '--data', 'grows'], folder);
  expect(shorter).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('has 1 lines, but 2 of the source grows are in the log already'),
  });
});

test('a long file that an earlier version named by its first part is not replayed again unasked', async () => {
  const text = `${event(7)}\n`.repeat(8000);
  writeFileSync(join(folder, 'long.jsonl'), text);
  const bytes = Buffer.from(text);
  expect(bytes.length).toBeGreaterThan(1 << 20);
  const former = hash('sha256', Buffer.concat([bytes.subarray(0, 1 << 20), Buffer.from(`\n${bytes.length}`)]), 'hex').slice(0, 24);
  const begun = await invoke(['replay', 'long.jsonl', '--source', `file-${former}`, '--limit', '10', '--data', 'long'], folder);
  expect(begun.code).toBe(0);
  const refused = await invoke(['replay', 'long.jsonl', '--data', 'long'], folder);
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining(`go on with --source file-${former}`) });
});

test('what was left out under an id that came before is told', async () => {
  write(
    'own.jsonl',
    [event(7), event(8)].map((text) => text.replace('{', '{"id":"1",')),
  );
  const { stdout } = await invoke(['replay', 'own.jsonl', '--data', 'own'], folder);
  expect(stdout).toContain('1 event in');
  expect(stdout).toContain('1 event was left out, since an earlier line has the same id; 1 of these said something else');
});

test('dead letters are listed with where they come from, and retried', async () => {
  await invoke(['replay', 'events.jsonl', '--data', 'letters'], folder);
  const list = json((await invoke(['dead-letters', 'list', '--data', 'letters', '--json'], folder)).stdout);
  expect(list).toMatchObject({
    open: 2,
    retried: 0,
    letters: [
      { event: 'x', origin: { line: 3, file: join(folder, 'events.jsonl') }, reason: expect.stringContaining('not JSON') },
      { event: event(11), origin: { line: 2 }, reason: expect.stringContaining('score') },
    ],
  });
  const [x = '', high = ''] = (list['letters'] as { readonly id: string }[]).map(({ id }) => id); // as: just seen
  const people = (await invoke(['dead-letters', 'list', '--data', 'letters'], folder)).stdout;
  expect(people).toContain('events.jsonl, line 3');
  expect(people).toContain('2 of 2.');

  const hopeless = await invoke(['dead-letters', 'retry', '--all', '--data', 'letters'], folder);
  expect(hopeless).toMatchObject({ code: 1, stdout: expect.stringContaining(`${x}  still cannot be used`) });
  write('right.json', [event(10)]);
  const edited = await invoke(['dead-letters', 'retry', high, '--edit', 'right.json', '--data', 'letters', '--json'], folder);
  expect({ code: edited.code, answer: json(edited.stdout) }).toEqual({
    code: 0,
    answer: { outcomes: [{ id: high, outcome: 'appended', event_id: `retry/${high}` }] },
  });
  expect(json((await invoke(['dead-letters', 'list', '--data', 'letters', '--json'], folder)).stdout)).toMatchObject({
    open: 1,
    retried: 1,
  });
  const all = await invoke(['dead-letters', 'list', '--retried', '--data', 'letters', '--json'], folder);
  expect(json(all.stdout)['letters']).toHaveLength(2);
});

const WRONG_RETRIES = [
  [[], 'which dead letter?'],
  [['0123456789ab'], 'there is no dead letter 0123456789ab'],
  [['--all', '--edit', 'events.jsonl'], '--edit is for one dead letter'],
] as const;

test.each(someOf(WRONG_RETRIES, 1))('dead-letters retry %j ends with 2', async (args, message) => {
  const { code, stderr } = await invoke(['dead-letters', 'retry', ...args, '--data', '.'], folder);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});

test('Ctrl-C ends it with 130 once what was due is in the log, and says how to go on', async () => {
  const { child, ended } = start(['replay', 'slow.jsonl', '--data', 'slow', '--speed', 'real'], folder);
  const cursors = join(folder, 'slow/replays');
  const line = (): unknown => {
    const [name] = readdirSync(cursors).filter((one) => one.endsWith('.json'));
    return name === undefined ? 0 : json(readFileSync(join(cursors, name), 'utf8'))['line'];
  };
  while (child.exitCode === null) {
    await setTimeout(20);
    try {
      if (line() === 1) break;
    } catch {
      // The folder is not there yet.
    }
  }
  child.kill('SIGINT');
  const { code, stdout } = await ended;
  expect(code).toBe(130);
  expect(stdout).toContain('Interrupted: the same command goes on behind line 1');
  const rest = await invoke(['replay', 'slow.jsonl', '--data', 'slow', '--json'], folder);
  expect(json(rest.stdout)).toMatchObject({ after_line: 1, events: 2, found: 0 });
});

test('--watch shows the top movies, and goes on where the service does not answer', async () => {
  const asked: string[] = [];
  const movie = { title: 'The Iron Tide', year: 1999, rating: 8.8, votes: 12_345, score: 1.5 };
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(JSON.stringify({ data: [movie, { title: null, year: null, rating: 7, votes: 3, score: 0.1 }] }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const watched = await invoke(['replay', 'events.jsonl', '--data', 'watched', '--watch', 'top-movies', '--url', url], folder);
  server.close();
  expect(watched.code).toBe(0);
  expect(asked[0]).toBe('/top_movies?limit=10&fields=title,year,rating,votes,score');
  expect(watched.stdout).toMatch(/1 {2}The Iron Tide {2}1999 {2}8\.8 +12,345 {2}1\.5/);
  expect(watched.stdout).toContain('Replayed events.jsonl');
  const alone = await invoke(['replay', 'events.jsonl', '--data', 'watched', '--again', '--watch', 'top-movies', '--url', url], folder);
  expect(alone).toMatchObject({ code: 0, stdout: expect.stringContaining('No top movies: ') });
});
