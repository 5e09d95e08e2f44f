/** Everything is lost while events arrive: what was acknowledged before the backup is answered from what is restored, and all goes on from there. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { backUp } from '@rushes/adapters/embedded';
import { copyFault } from '@rushes/batch';
import { someOf } from '@rushes/ports/contracts/depth';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { invoke } from './invoke.ts';
import { answerOf as answerOfSystem, loseEverything, publishSample } from './lost-system.ts';

let folder = '';
let key = '';
const path = (name: string): string => join(folder, name);
const answerOf = (...args: readonly string[]): Promise<Record<string, unknown>> => answerOfSystem({ folder }, ...args);

/** Where a version is published and nothing else has happened: each test begins with a copy. */
let published = '';
beforeAll(async () => {
  published = mkdtempSync(join(tmpdir(), 'rushes-backup-'));
  key = await publishSample(published);
});
afterAll(() => rmSync(published, { recursive: true, force: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-backup-'));
  cpSync(published, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('everything is lost while events arrive, and comes back as it was acknowledged', async () => {
  const audit = await loseEverything({ folder, key }, ['--out', 'backups/one'], ['--from', 'backups/one']);
  expect(audit).toMatchObject({ differences: 0, missing: [] });
});

test('the version that was to be copied is removed meanwhile: the next pass has the one in its place', async () => {
  const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  let isReplaced = false;
  const report = await backUp(path('data'), path('backup'), {
    check: copyFault,
    signal: new AbortController().signal,
    onTurn: () => undefined,
    onBytes: () => {
      if (isReplaced) return;
      isReplaced = true;
      // The publications are copied, nothing else is.
      rmSync(path('imdb'), { recursive: true });
      // But no setting of the tests, which the command line would refuse.
      const env = { PATH: process.env['PATH'] };
      execFileSync(process.execPath, [MAIN, 'sample', '--titles', '220', '--out', 'imdb'], { cwd: folder, stdio: 'ignore', env });
      const args = ['batch', 'run', '--imdb', 'imdb', '--data', 'data', '--keep-versions', '1'];
      execFileSync(process.execPath, [MAIN, ...args], { cwd: folder, stdio: 'ignore', env });
      // As a run does that comes later than the grace.
      const drop = `const { openSqliteBatchViews } = await import('@rushes/adapters/sqlite-batch-views');
        const views = await openSqliteBatchViews(process.argv[1]);
        await views.dropRetired(0);
        await views.close();`;
      execFileSync(process.execPath, ['--input-type=module', '-e', drop, path('data/views')], {
        cwd: import.meta.dirname,
        stdio: 'ignore',
      });
    },
  });
  expect(report).toMatchObject({ version: 2, turns: 2 });
  expect(await answerOf('restore', '--from', 'backup', '--data', 'restored')).toMatchObject({ version: 2 });
  expect(await answerOf('audit', '--data', 'restored')).toMatchObject({ version: 2, differences: 0 });
});

test('wrong use is refused before anything is made', async () => {
  await answerOf('backup', '--out', 'one', '--data', 'data');
  cpSync(path('one'), path('damaged'), { recursive: true });
  writeFileSync(join(path('damaged'), 'log.sqlite'), 'no log');
  const cases = [
    [['backup', '--out', 'one', '--data', 'data'], 2, 'one is there already'],
    [['backup', '--out', 'data/within', '--data', 'data'], 2, 'lies in the data folder'],
    [['backup', '--out', 'two', '--data', 'nowhere'], 2, 'there is no data folder'],
    [['backup', '--data', 'data'], 2, 'it is not said where to'],
    [['backup', '--out', 'two', '--to', 's3://b/p', '--data', 'data'], 2, 'it is not said where to'],
    [['backup', '--to', 'https://b/p', '--data', 'data'], 2, '--to: it names no bucket'],
    [['restore', '--from', 'one', '--at', '2026-11-27T18:30:00Z', '--data', 'new'], 2, 'a folder has one'],
    [['restore', '--from', 's3://b/p', '--at', 'yesterday', '--data', 'new'], 2, 'give a time in UTC'],
    [['restore', '--from', 'one', '--data', 'data'], 2, 'is not empty'],
    [['restore', '--from', 'nowhere', '--data', 'new'], 2, 'there is no folder nowhere'],
    [['restore', '--from', 'imdb', '--data', 'new'], 1, 'imdb is no backup'],
    [['restore', '--from', 'damaged', '--data', 'new'], 1, 'damaged/log.sqlite is not what was backed up'],
  ] as const;
  for (const [args, code, message] of someOf(cases, 3))
    expect(await invoke(args, folder), args.join(' ')).toMatchObject({ code, stderr: expect.stringContaining(message) });
  expect([path('two'), path('new'), path('data/within'), path('nowhere')].filter(existsSync)).toEqual([]);
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
});
