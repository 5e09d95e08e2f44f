/** A data folder on a disk that is mounted read-only: what only reads works, and says what it cannot do. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { type Invoked, invoke, start } from './invoke.ts';
import { firstOf } from './lost-system.ts';

const folder = mkdtempSync(join(tmpdir(), 'rushes-read-only-'));
const mounted = join(folder, 'mounted');

const mount = (): boolean => {
  mkdirSync(mounted, { recursive: true });
  if (spawnSync('mount', ['--bind', join(folder, 'data'), mounted]).status !== 0) return false;
  if (spawnSync('mount', ['-o', 'remount,bind,ro', mounted]).status === 0) return true;
  unmount();
  return false;
};
const unmount = (): void => void spawnSync('umount', [mounted]);

const canMount = (() => {
  mkdirSync(join(folder, 'data'));
  const could = process.platform === 'linux' && mount();
  unmount();
  if (!could) process.stderr.write('nothing can be mounted here: the tests of a read-only data folder are left out\n');
  return could;
})();

let movie = '';
/** Those that were posted among them. */
let votes = 0;
let key = '';
const answerOf = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
  const { code, stdout, stderr } = await invoke([...args, '--json'], folder);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as Record<string, unknown>; // as: every command answers with one object
};
const listening = async ({ wrote }: Invoked): Promise<string> => {
  const { url } = JSON.parse((await wrote('listening')).split('\n')[0] ?? '') as { readonly url: string }; // as: its first answer
  return url;
};
const started: Invoked[] = [];
const begin = (...args: readonly string[]): Invoked => {
  const one = start([...args, '--port', '0', '--json'], folder);
  started.push(one);
  return one;
};
const serveReadOnly = (): Invoked => begin('serve', '--data', 'mounted');
const end = async ({ child, ended }: Invoked): Promise<number | null> => {
  child.kill('SIGINT');
  return (await ended).code;
};
const rate = (url: string, id: string): Promise<Response> =>
  fetch(`${url}/movies/${movie}/ratings`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': id, prefer: 'wait=30' },
    body: JSON.stringify({ score: 7 }),
  });
/** Until it is shown. A busy machine refuses some requests with 503. */
const expectRated = async (url: string, id: string): Promise<void> => {
  let status = 0;
  for (let tries = 0; tries < 60 && status !== 201; tries++) {
    if (tries > 0) await sleep(500);
    status = (await rate(url, id)).status;
  }
  expect(status).toBe(201);
};
/** Until it is this. On a busy machine an answer may be 503. */
const expectVotes = async (url: string, wanted: number): Promise<void> => {
  let found = '';
  for (let tries = 0; tries < 300 && found !== `${wanted} complete`; tries++) {
    const response = await fetch(`${url}/movies/${movie}`);
    const text = await response.text();
    found = text;
    if (response.status === 200) {
      const { data, meta } = JSON.parse(text) as {
        readonly data: { readonly votes: number };
        readonly meta: { readonly completeness: string };
      }; // as: an answer
      found = `${data.votes} ${meta.completeness}`;
    }
    await sleep(50);
  }
  expect(found).toBe(`${wanted} complete`);
};

beforeAll(async () => {
  if (!canMount) return;
  await invoke(['sample', '--titles', '200', '--out', 'imdb'], folder);
  key = String((await answerOf('keys', 'create', '--role', 'writer', '--name', 'test', '--data', 'data'))['key']);
  await answerOf('batch', 'run', '--imdb', 'imdb', '--data', 'data');
  const up = begin('up', '--imdb', 'imdb', '--data', 'data');
  const url = await listening(up);
  const [first] = await firstOf(url);
  movie = first?.id ?? '';
  votes = (first?.votes ?? 0) + 1;
  await expectRated(url, 'first');
  await end(up);
  if (!mount()) throw new Error('the data folder could be mounted before, and cannot now');
});
afterAll(async () => {
  for (const { child, ended } of started) {
    child.kill('SIGKILL');
    await ended;
  }
  unmount();
  rmSync(folder, { recursive: true, force: true });
});

test.runIf(canMount)('what only looks works', async () => {
  expect(() => execFileSync('touch', [join(mounted, 'x')], { stdio: 'ignore' })).toThrow('touch');
  expect(await answerOf('status', '--data', 'mounted')).toMatchObject({ published: { publication: { version: 1 } } });
  expect(await answerOf('batch', 'list', '--data', 'mounted')).toMatchObject({ versions: [{ version: 1, outcome: 'published' }] });
  const { code, stderr } = await invoke(['batch', 'run', '--imdb', 'imdb', '--data', 'mounted'], folder);
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(/read-only|EROFS/) });
});

test.runIf(canMount)(
  'answers are what is there, and nothing can be posted; where somebody begins to write, serving ends and begins anew',
  async () => {
    const alone = serveReadOnly();
    const url = await listening(alone);
    await expectVotes(url, votes);
    const refused = await rate(url, 'refused');
    expect(refused.status).toBe(503);
    expect(await refused.text()).toContain('a data folder that cannot be written to');

    const up = begin('up', '--imdb', 'imdb', '--data', 'data');
    const written = await listening(up);
    await expectRated(written, 'second');
    const { code, stdout, stderr } = await alone.ended;
    expect(code).toBe(1);
    // Which of its looks meets it first is by chance: the one whose failure is logged, or the one that ends the process.
    expect(stdout + stderr).toMatch(
      /is in use by somebody who may write, and was not when it was opened|the data folder cannot be read any more/,
    );

    // Beside the writer it follows what is written.
    const beside = serveReadOnly();
    const second = await listening(beside);
    await expectVotes(second, votes + 1);
    await expectRated(written, 'third');
    await expectVotes(second, votes + 2);

    // Of one that was killed, all that was acknowledged is read.
    expect(await end(beside)).toBe(0);
    up.child.kill('SIGKILL');
    await up.ended;
    const after = serveReadOnly();
    await expectVotes(await listening(after), votes + 2);
    expect(await end(after)).toBe(0);
  },
);
