/** The command line from the outside: what it writes where, and how it ends. */
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { someOf } from '@rushes/ports/contracts/depth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { invoke, start } from './invoke.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-cli-'));
  mkdirSync(join(folder, 'empty'));
  mkdirSync(join(folder, 'header-only'));
  writeFileSync(join(folder, 'file'), '');
  writeFileSync(
    join(folder, 'header-only/title.basics.tsv'),
    'tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear\truntimeMinutes\tgenres\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>; // as: every command answers with one object

describe('wrong use ends with 2 and writes no data', () => {
  const cases = [
    [[], 'Usage: rushes'],
    [['batc'], 'Did you mean batch?'],
    [['serve', '--prot', '1'], 'Did you mean --port?'],
    [['serve', '--port', '99999'], '--port: 99999 is not accepted'],
    [['sample'], "'--out <FOLDER>' not specified"],
    [['sample', '--out', 'x', '--titles', 'many'], 'give a whole number from 1 on'],
    [['status', '--data', 'nowhere'], 'there is no data folder'],
    [['batch', 'run'], "no folder with IMDb's files was named"],
    [['batch', 'run', '--imdb', 'nowhere'], 'is not there'],
    [['up', '--imdb', 'nowhere'], 'is not there'],
    [['config', '--config', 'nowhere.json'], 'there is no such file'],
    [['serve', '--data', 'file'], 'cannot be the data folder'],
    [['up', '--data', 'file'], 'cannot be the data folder'],
    [['sample', '--out', 'header-only'], 'it holds files that are no sample'],
  ] as const;
  test.each(someOf(cases, 3))('%j', async (args, message) => {
    const { code, stdout, stderr } = await invoke(args, folder);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('with --json the fault is the only document on standard output', async () => {
    const parsing = await invoke(['sample', '--out', 'x', '--titles', '0', '--json'], folder);
    expect(json(parsing.stdout)['error']).toMatchObject({ exit_code: 2 });
    const checking = await invoke(['serve', '--json'], folder, { RUSHES_PORT: 'x', RUSHES_PROT: '1' });
    expect(checking.code).toBe(2);
    expect(json(checking.stdout)['error']).toMatchObject({ exit_code: 2, faults: [{ origin: 'RUSHES_PROT' }, { origin: 'RUSHES_PORT' }] });
  });
});

test('a port that is taken is named, with what to do', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { code, stderr } = await invoke(['serve', '--data', 'data', '--port', String(port)], folder);
  server.close();
  expect(stderr).toContain(`port ${port} of 127.0.0.1 is taken`);
  expect(stderr).toContain('--port N');
  expect(code).toBe(1);
});

test.each(someOf([['--version'], ['--help'], ['batch', '--help'], ['up', '--help']], 1))('%s %s ends with 0', async (...args) => {
  const { code, stdout } = await invoke(
    args.filter((arg) => arg !== undefined),
    folder,
  );
  expect(code).toBe(0);
  expect(stdout).not.toBe('');
});

test('config shows each value with its origin, and no secrets', async () => {
  const { stdout } = await invoke(['config', '--json', '--port', '1'], folder, {
    RUSHES_HOST: 'localhost',
    RUSHES_ALERT_WEBHOOK: 'https://hooks.example/geheim',
  });
  expect(stdout).not.toContain('geheim');
  expect(json(stdout)['settings']).toEqual(
    expect.arrayContaining([
      { key: 'http.port', value: 1, origin: '--port' },
      { key: 'http.host', value: 'localhost', origin: 'RUSHES_HOST' },
      { key: 'alert.webhook', value: '***', origin: 'RUSHES_ALERT_WEBHOOK' },
      { key: 'folders.imdb', value: null, origin: 'default' },
    ]),
  );
});

test('a data folder in which nothing has run yet', async () => {
  const list = await invoke(['batch', 'list', '--data', 'empty', '--json'], folder);
  expect({ code: list.code, answer: json(list.stdout) }).toEqual({ code: 0, answer: { versions: [] } });
  const status = await invoke(['status', '--data', 'empty'], folder);
  expect(status.stdout).toContain('nothing is published yet');
  const rollback = await invoke(['batch', 'rollback', '--data', 'empty', '--json'], folder);
  expect(rollback.code).toBe(1);
  expect(json(rollback.stdout)['error']).toMatchObject({ message: 'nothing was ever published', exit_code: 1 });
});

test('data that do not pass validation end a run with 3; the alert is told', async () => {
  const { code, stdout } = await invoke(
    [
      'batch',
      'run',
      '--imdb',
      'header-only',
      '--data',
      'refused',
      '--json',
      '--alert-command',
      'printf %s "$RUSHES_ALERT_MESSAGE" > alerted',
    ],
    folder,
  );
  expect(code).toBe(3);
  expect(json(stdout)['outcome']).toBe('refused');
  expect(readFileSync(join(folder, 'alerted'), 'utf8')).toContain('refused');
});

test.each([
  ['title.ratings.tsv', 'a link that leads nowhere'],
  ['title.ratings.tsv.gz', 'a folder'],
])('a run fails if %s is %s: it does not publish without', async (name, what) => {
  const imdb = mkdtempSync(join(folder, 'unreadable-'));
  copyFileSync(join(folder, 'header-only/title.basics.tsv'), join(imdb, 'title.basics.tsv'));
  if (what === 'a folder') mkdirSync(join(imdb, name));
  else symlinkSync('/nowhere', join(imdb, name));
  const { code, stderr } = await invoke(['batch', 'run', '--imdb', imdb, '--data', 'unreadable'], folder);
  expect(stderr).toContain(`${join(imdb, name)} is there, but cannot be read`);
  expect(code).toBe(1);
});

test('from sample files to a version, a second one, and back', async () => {
  const sample = await invoke(['sample', '--titles', '300', '--seed', '1', '--out', 'imdb', '--json'], folder);
  expect(sample.code).toBe(0);
  const first = await invoke(['batch', 'run', '--imdb', 'imdb', '--data', 'data', '--json'], folder);
  expect(first.stderr).not.toContain('"level":"error"');
  expect({ code: first.code, outcome: json(first.stdout)['outcome'] }).toEqual({ code: 0, outcome: 'published' });
  const second = await invoke(['batch', 'run', '--imdb', 'imdb', '--data', 'data', '--full'], folder);
  expect(second.stdout).toMatch(/^Run 2 published after .* s\.\n$/);
  const rollback = await invoke(['batch', 'rollback', '--data', 'data', '--json'], folder);
  expect(json(rollback.stdout)).toMatchObject({ version: 1, number: 3, reason: 'rollback' });
  const list = await invoke(['batch', 'list', '--data', 'data', '--steps'], folder);
  expect(list.stdout).toMatch(/\n1 \* +published/);
  const status = await invoke(['status', '--data', 'data'], folder);
  expect(status.stdout).toContain('version 1 of a sample, published');
  expect(status.stdout).toContain('\nNear limits  nothing\n');
});

test('serve answers until SIGTERM, then ends with 0', async () => {
  const { child, wrote, ended } = start(['serve', '--data', 'served', '--port', '0', '--json'], folder);
  const { url } = json(await wrote('listening'));
  const response = await fetch(`${String(url)}/health/ready`);
  expect(response.status).toBe(503);
  await response.body?.cancel();
  child.kill('SIGTERM');
  const { code, stdout } = await ended;
  expect(code).toBe(0);
  expect(stdout.trim().split('\n')).toHaveLength(1);
});

const isJson = (line: string): boolean => line.startsWith('{') && typeof JSON.parse(line) === 'object';

test.each([
  [[], {}, false],
  [['--json'], {}, true],
  [[], { RUSHES_LOG_FORMAT: 'json' }, true],
] as const)(
  'off a terminal both streams have one form (%j %j), and a closed terminal ends a server cleanly',
  async (args, env, expected) => {
    const { child, wrote, ended } = start(['serve', '--data', 'forms', '--port', '0', ...args], folder, env);
    await wrote('http');
    child.kill('SIGHUP');
    const { code, stdout, stderr } = await ended;
    const lines = `${stdout}${stderr}`.trim().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.map(isJson)).toEqual(lines.map(() => expected));
    expect(code).toBe(0);
  },
);

test('with --json a fault is one JSON line in all', async () => {
  for (const args of [
    ['serve', '--data', 'file', '--json'],
    ['serve', '--prot', '--json'],
  ]) {
    const { stdout, stderr } = await invoke(args, folder);
    expect(stderr).toBe('');
    expect(json(stdout)['error']).toMatchObject({ exit_code: 2 });
  }
});

test('speed says where its metrics are, and ends with 0', async () => {
  const { child, wrote, ended } = start(['speed', '--data', 'empty', '--json'], folder);
  const { metrics } = json(await wrote('projecting'));
  const response = await fetch(String(metrics));
  expect(await response.text()).toMatch(/^rushes_speed_partitions \d+$/m);
  const live = await fetch(new URL('/health/live', String(metrics)));
  expect([live.status, await live.json()]).toEqual([200, { status: 'ok' }]);
  const second = await invoke(['speed', '--data', 'empty', '--metrics-port', new URL(String(metrics)).port], folder);
  expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot listen on port') });
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
});

test('up serves at once, runs, says what to try, and ends with 0', async () => {
  const { child, wrote, ended } = start(['up', '--data', 'up', '--port', '0'], folder);
  const text = await wrote('/docs');
  expect(text).toContain('Using a sample of 3,201 films.');
  expect(text).toMatch(/Rushes listens on http:\/\/127\.0\.0\.1:\d+; the first run is on its way\.\nRun 1 published/);
  child.kill('SIGINT');
  expect((await ended).code).toBe(0);
});

test("a sample does not take the place of IMDb's files by accident, and each start says what it answers of", async () => {
  const imdb = mkdtempSync(join(folder, 'real-'));
  const [header = ''] = readFileSync(join(folder, 'header-only/title.basics.tsv'), 'utf8').split('\n');
  writeFileSync(join(imdb, 'title.basics.tsv'), `${header}\ntt0000001\tmovie\tOne\tOne\t0\t1994\t\\N\t90\tDrama\n`);
  expect((await invoke(['batch', 'run', '--imdb', imdb, '--data', 'origins'], folder)).code).toBe(0);
  const accident = await invoke(['up', '--data', 'origins', '--port', '0'], folder);
  expect(accident.stderr).toContain(`version 1 of this data folder is of IMDb's files, read from ${imdb}`);
  expect(accident.stderr).toContain('--sample');
  expect(accident).toMatchObject({ code: 2, stdout: '' });
  const { child, wrote, ended } = start(['serve', '--data', 'origins', '--port', '0'], folder);
  expect(await wrote('Rushes answers')).toContain("from version 1 of IMDb's files");
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
  expect((await invoke(['status', '--data', 'origins'], folder)).stdout).toContain("version 1 of IMDb's files, published");
});

test('a reader that has seen enough is no failure', async () => {
  const { child, ended } = start(['config'], folder);
  child.stdout?.destroy();
  expect((await ended).code).toBe(0);
});
