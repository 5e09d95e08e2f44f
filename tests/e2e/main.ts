/**
 * What a user does, from the outside: `npm start`, requests, Ctrl-C, a second start, the other commands. First with the sample, then with IMDb's
 * files where a folder of them lies beside the repository. Ends with 1 and the reason if anything is not as documented.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { ROOT } from '../planted-copy.ts';
import { checkPeople, checkRequests, getJson } from './requests.ts';
import { startRushes, type StartedRushes } from './started-rushes.ts';

const IMDB = resolve(ROOT, '../shared/data/imdb-500');

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Runs a command as the README has it and returns its answer in JSON. */
const rushes = (...args: readonly string[]): { readonly status: number | null; readonly answer: Readonly<Record<string, unknown>> } => {
  const { status, stdout, stderr } = spawnSync('npx', ['rushes', ...args, '--json'], { cwd: ROOT, encoding: 'utf8' });
  assert.notEqual(stdout, '', `rushes ${args.join(' ')} wrote nothing: ${stderr}`);
  // as: every command answers with one object
  return { status, answer: JSON.parse(stdout) as Record<string, unknown> };
};

const using = async (args: readonly string[], work: (started: StartedRushes) => Promise<void>): Promise<void> => {
  const started = await startRushes([...args, '--rate-limit-per-minute', '0']);
  try {
    await started.ready();
    await work(started);
  } catch (error) {
    say(started.output());
    throw error;
  } finally {
    started.kill();
  }
};

const versionServed = async (url: string): Promise<number | undefined> => (await getJson(url, '/movies?page_size=1')).meta.batch?.version;

const withSample = async (data: string): Promise<void> => {
  await using(['--data', data], async (started) => {
    say(`ready on ${started.url} with the sample`);
    await checkRequests(started.url);
    assert.match(started.output(), /\/docs/, 'it says what to try');
    assert.match(started.output(), /--imdb/, 'it says how to use the full data');
    assert.equal(await started.stop('SIGTERM'), 0);
  });
  say('ended by SIGTERM with 0, nothing left behind');
  await using(['--data', data], async (started) => {
    assert.equal(await versionServed(started.url), 1, 'the second start serves what the first one published');
    assert.equal(await started.stop('SIGINT'), 0);
  });
  say('a second start serves the same version; ended by SIGINT with 0');
  await using(['--data', data, '--read-access', 'key'], async (started) => {
    const { answer } = rushes('keys', 'create', '--role', 'reader', '--name', 'e2e', '--data', data);
    const statusWith = async (headers: Readonly<Record<string, string>>): Promise<number> =>
      (await fetch(`${started.url}/movies`, { headers })).status;
    assert.deepEqual([await statusWith({}), await statusWith({ 'x-api-key': String(answer['key']) })], [401, 200]);
    assert.equal(await started.stop('SIGINT'), 0);
  });
  say('reading takes a key where it is set so');
};

const withCommands = async (data: string): Promise<void> => {
  const again = rushes('batch', 'run', '--data', data, '--imdb', join(data, 'sample'), '--full');
  assert.equal(again.status, 0, JSON.stringify(again.answer));
  assert.equal(again.answer['outcome'], 'published');
  const back = rushes('batch', 'rollback', '--data', data);
  assert.equal(back.status, 0);
  assert.equal(back.answer['version'], 1);
  const { versions } = rushes('batch', 'list', '--data', data).answer;
  assert.ok(Array.isArray(versions) && versions.length >= 2, 'the list shows both runs');
  assert.equal(rushes('status', '--data', data).status, 0);
  assert.equal(rushes('batch', 'rollback', '--data', data, '--to', '999').status, 1);
  assert.equal(rushes('serve', '--data', data, '--port', 'x').status, 2);
  say('batch run, rollback, list, status, and wrong use: as documented');
};

const withImdb = async (data: string): Promise<void> => {
  await using(['--data', data, '--imdb', IMDB], async (started) => {
    await checkRequests(started.url);
    await checkPeople(started.url);
    assert.equal(await started.stop('SIGTERM'), 0);
  });
  say("the same with IMDb's own files, people included");
};

const folder = mkdtempSync(join(tmpdir(), 'rushes-e2e-'));
try {
  await withSample(join(folder, 'sample'));
  await withCommands(join(folder, 'sample'));
  if (existsSync(IMDB)) await withImdb(join(folder, 'imdb'));
  else say(`${IMDB} is not there: its part is left out`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
