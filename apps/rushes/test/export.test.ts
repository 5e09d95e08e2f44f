/** `rushes export`: the whole list under its name, or nothing; the rows of the service, with what events say of them. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { someOf } from '@rushes/ports/contracts/depth';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { invoke, start } from './invoke.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const PATIENCE = { timeout: 60_000, interval: 20 };

let folder = '';
const rushes = (...args: readonly string[]) => invoke(args, folder);
const told = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
  const { code, stdout, stderr } = await rushes(...args, '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as Record<string, unknown>; // as: every command answers with one object
};
const linesOf = (file: string): readonly string[] => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');
const written = (): readonly string[] => readdirSync(folder).filter((name) => name !== 'data' && name !== 'imdb');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-export-'));
  await told('sample', '--out', 'imdb', '--titles', '3000');
  await told('batch', 'run', '--data', 'data', '--imdb', 'imdb');
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a file has all rows of the list with what events say of them, as the running service sends them', async () => {
  const key = String((await told('keys', 'create', '--role', 'writer', '--name', 'me', '--data', 'data'))['key']);
  const service = start(['up', '--imdb', 'imdb', '--data', 'data', '--port', '0', '--json', '--rate-limit-per-minute', '0'], folder);
  const { url } = JSON.parse((await service.wrote('listening')).split('\n')[0] ?? '') as { readonly url: string }; // as: its first answer
  await expect.poll(async () => (await fetch(`${url}/health/ready`)).status, PATIENCE).toBe(200);
  // What a busy machine refuses is sent again.
  const answered = async (path: string, status: number, options: RequestInit = {}): Promise<unknown> => {
    let response = new Response(null, { status: 503 });
    await expect.poll(async () => (response = await fetch(`${url}${path}`, options)).status, PATIENCE).toBe(status);
    return response.json();
  };
  const { data } = (await answered('/movies?page_size=1', 200)) as { data: [{ id: string; votes: number }] }; // as: the list's form
  const [movie] = data;
  await answered(`/movies/${movie.id}/ratings`, 201, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json', 'idempotency-key': 'rated', prefer: 'wait=10' },
    body: '{"score":10}',
  });
  const query = 'type=all&adult=include&sort=title';
  // A server may run beside it. Where a run ended in between, the two are of different positions.
  let [sent, report] = [new Response(), {} as Record<string, unknown>];
  do {
    sent = await fetch(`${url}/movies?format=ndjson&${query}`);
    report = await told('export', 'movies', '--data', 'data', '--format', 'ndjson', '--query', query);
  } while (report['position'] !== sent.headers.get('rushes-position'));
  const body = await sent.text();
  service.child.kill('SIGINT');
  await service.ended;
  expect(report).toMatchObject({ table: 'movies', rows: 3000, completeness: 'complete', file: join(folder, 'movies.ndjson') });
  expect(readFileSync(join(folder, 'movies.ndjson'), 'utf8')).toBe(body);
  expect(report['bytes']).toBe(Buffer.byteLength(body));
  const rows = linesOf('movies.ndjson').map((line) => JSON.parse(line) as { id: string; votes: number }); // as: rows of the table
  expect(rows.find(({ id }) => id === movie.id)?.votes).toBe(movie.votes + 1);
}, 300_000);

test('a file of the name is replaced, in a folder that is made', async () => {
  await told('export', 'genres', '--data', 'data', '--format', 'csv', '--out', 'deep/er/genres.csv');
  writeFileSync(join(folder, 'deep/er/genres.csv'), 'old');
  await told('export', 'genres', '--data', 'data', '--format', 'csv', '--out', 'deep/er/genres.csv');
  expect(linesOf('deep/er/genres.csv')[0]).toBe('genre,movies\r');
  expect(readdirSync(join(folder, 'deep/er'))).toEqual(['genres.csv']);
}, 120_000);

test('standard output has the table and nothing else, also for who has seen enough', async () => {
  const whole = await rushes('export', 'movies', '--data', 'data', '--format', 'csv', '--query', 'fields=title,votes', '--out', '-');
  const [header, ...rows] = whole.stdout.trimEnd().split('\r\n');
  expect([whole.code, header]).toEqual([0, 'title,votes']);
  expect(rows.length).toBeGreaterThan(100);
  const command = `'${process.execPath}' '${MAIN}' export titles --data data --format ndjson --out - | head -1; echo "\${PIPESTATUS[0]}"`;
  // But no setting of the tests: the command line would refuse them.
  const env = { PATH: process.env['PATH'] };
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', command], { cwd: folder, encoding: 'utf8', env });
  expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(/^\{"title_key":.*\}\n0\n$/), stderr: '' });
}, 120_000);

test('Ctrl-C leaves what was there under the name, and nothing half', async () => {
  writeFileSync(join(folder, 'kept.parquet'), 'old');
  const before = written();
  const { child, ended } = start(['export', 'titles', '--data', 'data', '--format', 'parquet', '--out', 'kept.parquet'], folder, {
    // A slow disk, so that it is under way when it is told to stop.
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent("import fs from 'node:fs'; const write = fs.write; fs.write = (...args) => setTimeout(() => write(...args), 1_000);")}`,
  });
  await expect.poll(() => written().some((name) => name.endsWith('.writing')), PATIENCE).toBe(true);
  child.kill('SIGINT');
  expect((await ended).code).toBe(130);
  expect(readFileSync(join(folder, 'kept.parquet'), 'utf8')).toBe('old');
  expect(written()).toEqual(before);
}, 120_000);

const REFUSED: readonly (readonly [readonly string[], string])[] = [
  [['export', 'titles', '--data', 'data', '--format', 'csv', '--query', 'genres=Drma&page=2'], 'page is no parameter of this path'],
  [['export', 'titles', '--data', 'data', '--format', 'csv', '--query', 'genres=Drma'], 'did you mean Drama?'],
  [['export', 'titles', '--data', 'data', '--format', 'csv', '--query', 'page_size=5'], 'a table is the whole list, without pages'],
  [['export', 'top_movies', '--data', 'data', '--format', 'csv', '--query', 'fields=titles'], 'titles is in JSON alone'],
  [['export', 'people', '--data', 'data', '--format', 'csv'], 'Allowed choices are movies, titles, genres'],
  [['export', 'titles', '--data', 'data', '--format', 'xls'], 'Allowed choices are ndjson, csv, arrow, parquet'],
  [['export', 'titles', '--data', 'data'], "required option '--format"],
  [['export', 'titles', '--data', 'nothing', '--format', 'csv'], 'there is no data folder'],
];
test.each(someOf(REFUSED, 2))(
  '%j is refused, and writes nothing',
  async (args, message) => {
    const before = written();
    const { code, stderr } = await rushes(...args);
    expect([code, stderr.replaceAll(/\s+/g, ' ')]).toEqual([2, expect.stringContaining(message)]);
    expect(written()).toEqual(before);
    expect(existsSync(join(folder, 'nothing'))).toBe(false);
  },
  60_000,
);
