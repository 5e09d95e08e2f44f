/** A log is lost: nothing starts on an empty one, `rushes log restart` begins another, and what is merged from then on is what a recompute says. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Tconst, titleIdOf } from '@rushes/domain';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { invoke, start } from './invoke.ts';

let folder = '';
let key = '';
const MOVIE = titleIdOf('tt0000001' as Tconst); // as: well-formed
/** One film. */
const BASICS = `tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear\truntimeMinutes\tgenres
tt0000001\tmovie\tOne\tOne\t0\t1994\t\\N\t90\tDrama
`;
const path = (name: string): string => join(folder, 'data', name);
const rushes = (...args: readonly string[]) => invoke([...args, '--data', 'data'], folder);
const answerOf = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
  const { code, stdout, stderr } = await rushes(...args, '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as Record<string, unknown>; // as: every command answers with one object
};

const ratedAs = (score: number): string =>
  `${JSON.stringify({ type: 'rating_given', version: 1, payload: { movie_id: MOVIE, score, user: null, at: `2026-01-0${score}T00:00:00Z` } })}\n`;

/** Runs `work` while everything is up. */
const up = async <Result>(work: (url: string) => Promise<Result>): Promise<Result> => {
  const { child, wrote, ended } = start(['up', '--imdb', 'imdb', '--data', 'data', '--port', '0', '--json'], folder);
  try {
    const { url } = JSON.parse((await wrote('listening')).split('\n')[0] ?? '') as { readonly url: string }; // as: its first answer
    return await work(url);
  } finally {
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
  }
};

/** Returns once it is shown. A busy machine refuses some requests with 503: the same request is sent again. */
const rate = async (url: string, score: number): Promise<void> => {
  await vi.waitFor(
    async () => {
      const response = await fetch(`${url}/movies/${MOVIE}/ratings`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'idempotency-key': `rating-${score}`,
          prefer: 'wait=20',
        },
        body: JSON.stringify({ score }),
      });
      expect(`${response.status} ${await response.text()}`).toMatch(/^201 /);
    },
    { timeout: 60_000, interval: 200 },
  );
};

/** Once all that came after the published version has been read. @param lost whether answers have to do without what was lost with the log. */
const votesOf = async (url: string, lost = false): Promise<number> =>
  vi.waitFor(
    async () => {
      const response = await fetch(`${url}/movies/${MOVIE}`);
      expect(response.status).toBe(200);
      const { data, meta } = (await response.json()) as {
        readonly data: { readonly votes: number };
        readonly meta: { readonly completeness: string; readonly missing?: readonly unknown[] };
      }; // as: an answer to 200
      expect(meta).toMatchObject(
        lost ? { completeness: 'gap', missing: [{ from: 4, to: 5, reason: 'lost' }] } : { completeness: 'complete' },
      );
      return data.votes;
    },
    { timeout: 30_000, interval: 100 },
  );

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-log-'));
  mkdirSync(join(folder, 'imdb'));
  writeFileSync(join(folder, 'imdb/title.basics.tsv'), BASICS);
  key = String((await answerOf('keys', 'create', '--role', 'writer', '--name', 'test'))['key']);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a lost log is recognized, begun anew, and the answers go on', async () => {
  writeFileSync(join(folder, 'archived.jsonl'), [2, 3, 4].map(ratedAs).join(''));
  expect(await rushes('replay', 'archived.jsonl')).toMatchObject({ code: 0 });
  expect(await rushes('batch', 'run', '--imdb', 'imdb')).toMatchObject({ code: 0 });
  const votes = await up(async (url) => {
    const before = await votesOf(url);
    await rate(url, 9);
    expect(await votesOf(url)).toBe(before + 1);
    return before;
  });

  // Lost.
  for (const name of readdirSync(path('.'))) if (name.startsWith('log.sqlite')) rmSync(path(name));
  const refused = [
    ['serve', '--port', '0'],
    ['up', '--imdb', 'imdb', '--port', '0'],
    ['speed'],
    ['batch', 'run', '--imdb', 'imdb'],
    ['replay', 'archived.jsonl'],
    ['audit'],
  ] as const;
  const ended = await Promise.all(refused.map((args) => rushes(...args)));
  for (const [n, { code, stdout, stderr }] of ended.entries()) {
    expect({ args: refused[n], code, stdout }).toEqual({ args: refused[n], code: 1, stdout: '' });
    expect(stderr).toMatch(/log\.sqlite is not there, but the lake in .* is made from log [0-9a-f-]{36}\..*`rushes log restart`/);
  }
  expect(existsSync(path('log.sqlite'))).toBe(false);
  expect(await rushes('status')).toMatchObject({ code: 0, stdout: expect.stringContaining('version 1') });

  // Another one in its place.
  writeFileSync(join(folder, 'foreign.jsonl'), ratedAs(1));
  await invoke(['replay', 'foreign.jsonl', '--data', 'foreign'], folder);
  copyFileSync(join(folder, 'foreign/log.sqlite'), path('log.sqlite'));
  const { code, stderr } = await rushes('serve', '--port', '0');
  expect(code).toBe(1);
  expect(stderr).toMatch(/log\.sqlite is log [0-9a-f-]{36}, but the lake in .* is made from log [0-9a-f-]{36}: it is another log/);

  // Begun anew: what was shown and not archived is known to be lost.
  const restarted = await answerOf('log', 'restart');
  expect(restarted).toMatchObject({
    restored: { archived: 3, left: 0 },
    // Behind what is archived and the barrier.
    lost: [{ from: 4, to: 5 }],
    kept: [expect.stringContaining('log.sqlite.until-'), expect.stringContaining('speed.sqlite.until-')],
    replays: [],
  });
  expect(await rushes('log', 'restart')).toMatchObject({ code: 1, stderr: expect.stringContaining('is the log of this lake') });

  await up(async (url) => {
    expect(await votesOf(url, true)).toBe(votes);
    expect(await rushes('replay', 'archived.jsonl', '--again'), 'what is archived counts once').toMatchObject({ code: 0 });
    await rate(url, 8);
    expect(await votesOf(url, true)).toBe(votes + 1);
  });
  expect(await answerOf('audit')).toMatchObject({ version: 1, differences: 0, missing: [] });
  const run = await answerOf('batch', 'run', '--imdb', 'imdb');
  const { partition } = (restarted['lost'] as readonly { readonly partition: string }[])[0] ?? {}; // as: just seen
  expect((run['validation'] as readonly { readonly passed: boolean }[]).filter(({ passed }) => !passed)).toMatchObject([
    { severity: 'warning', observed: `offsets 4 to 4 of ${partition} were gone from the log before` },
  ]); // as: a report's
  await up(async (url) => {
    expect(await votesOf(url, true)).toBe(votes + 1);
    await rate(url, 7);
    expect(await votesOf(url, true)).toBe(votes + 2);
  });
  expect(await answerOf('audit')).toMatchObject({ version: run['version'], differences: 0, missing: [] });
});
