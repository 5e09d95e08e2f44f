/** Everything is lost while events arrive: what was acknowledged before the backup is answered from what is restored, and all goes on from there. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { backUp } from '@rushes/adapters/embedded';
import { copyFault } from '@rushes/batch';
import { someOf } from '@rushes/ports/contracts/depth';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { invoke, start } from './invoke.ts';

let folder = '';
let key = '';
/** A film of the sample. */
let movie = '';
const path = (name: string): string => join(folder, name);
const answerOf = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
  const { code, stdout, stderr } = await invoke([...args, '--json'], folder);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as Record<string, unknown>; // as: every command answers with one object
};

interface Running {
  readonly url: string;
  kill(): Promise<void>;
}
/** Nothing audits, and nothing runs but at the start. */
const up = async (): Promise<Running> => {
  const { child, wrote, ended } = start(
    ['up', '--imdb', 'imdb', '--data', 'data', '--port', '0', '--json', '--rate-limit-per-minute', '0'],
    folder,
  );
  const { url } = JSON.parse((await wrote('listening')).split('\n')[0] ?? '') as { readonly url: string }; // as: its first answer
  return {
    url,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
};

/** Returns once it is acknowledged. A busy machine refuses some requests with 503: the same request is sent again. */
const rate = async (url: string, id: string, wait = false): Promise<void> => {
  const response = await fetch(`${url}/movies/${movie}/ratings`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': id,
      ...(wait && { prefer: 'wait=30' }),
    },
    body: JSON.stringify({ score: 7 }),
  });
  const text = await response.text();
  if (response.status === 503) {
    await sleep(200);
    return rate(url, id, wait);
  }
  expect(`${response.status} ${text}`).toMatch(/^20[12] /);
};

/** Of an answer that lacks nothing. */
const votesOf = async (url: string): Promise<number> => {
  for (;;) {
    const response = await fetch(`${url}/movies/${movie}`);
    const { data, meta } = (await response.json()) as {
      readonly data: { readonly votes: number };
      readonly meta?: { readonly completeness: string };
    }; // as: an answer
    if (meta?.completeness === 'complete') return data.votes;
    await sleep(50);
  }
};

/** A busy machine refuses some requests with 503. */
const firstOf = async (url: string): Promise<readonly { readonly id: string; readonly votes: number }[]> => {
  for (;;) {
    const response = await fetch(`${url}/movies?page_size=1`);
    const { data } = (await response.json()) as { readonly data: readonly { readonly id: string; readonly votes: number }[] }; // as: a list, if it is 200
    if (response.status === 200) return data;
    await sleep(200);
  }
};

/** Where a version is published and nothing else has happened: each test begins with a copy. */
let published = '';
beforeAll(async () => {
  published = mkdtempSync(join(tmpdir(), 'rushes-backup-'));
  folder = published;
  await invoke(['sample', '--titles', '200', '--out', 'imdb'], folder);
  key = String((await answerOf('keys', 'create', '--role', 'writer', '--name', 'test', '--data', 'data'))['key']);
  await answerOf('batch', 'run', '--imdb', 'imdb', '--data', 'data');
});
afterAll(() => rmSync(published, { recursive: true, force: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-backup-'));
  cpSync(published, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('everything is lost while events arrive, and comes back as it was acknowledged', async () => {
  let running = await up();
  const [first] = await firstOf(running.url);
  movie = first?.id ?? '';
  const before = await votesOf(running.url);
  const acknowledgedMs: number[] = [];
  const done = new AbortController();
  const posting = (async () => {
    for (let n = 0; !done.signal.aborted; n++) {
      await rate(running.url, `before-${n}`);
      acknowledgedMs.push(Date.now());
    }
  })();
  const [backup] = await Promise.all([
    answerOf('backup', '--out', 'backups/one', '--data', 'data'),
    // A run archives and publishes meanwhile.
    answerOf('batch', 'run', '--imdb', 'imdb', '--data', 'data', '--keep-versions', '1'),
  ]);
  done.abort();
  await posting;
  await running.kill();
  rmSync(path('data'), { recursive: true });

  const restored = await answerOf('restore', '--from', 'backups/one', '--data', 'data');
  expect(restored).toMatchObject({ version: backup['version'], log: backup['log'], files: backup['files'] });
  running = await up();
  try {
    // The key is there too. Once this one is shown, so is all that came before it.
    await rate(running.url, 'after', true);
    const votes = (await votesOf(running.url)) - before - 1;
    const acknowledged = acknowledgedMs.filter((ms) => ms < Date.parse(String(backup['takenAt']))).length;
    expect(acknowledged, 'some were acknowledged before').toBeGreaterThan(0);
    expect(votes).toBeGreaterThanOrEqual(acknowledged);
    expect(votes).toBeLessThanOrEqual(acknowledgedMs.length);
    // An event that was sent before and is sent again counts once.
    await rate(running.url, 'before-0');
    expect(await votesOf(running.url)).toBe(before + votes + 1);
    expect(await answerOf('audit', '--data', 'data')).toMatchObject({ differences: 0, missing: [] });
    await answerOf('batch', 'run', '--imdb', 'imdb', '--data', 'data');
    expect(await answerOf('audit', '--data', 'data')).toMatchObject({ differences: 0, missing: [] });
    expect(await votesOf(running.url)).toBe(before + votes + 1);
  } finally {
    await running.kill();
  }
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
    [['backup', '--data', 'data'], 2, "required option '--out <FOLDER>' not specified"],
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
