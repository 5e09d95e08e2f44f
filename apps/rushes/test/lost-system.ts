/** A system on a data folder that loses everything while events arrive, and comes back from a backup; whatever the backup lies in. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect } from 'vitest';

import { invoke, start } from './invoke.ts';

export interface LosableSystem {
  /** Has `imdb` and a data folder `data` with a published version. */
  readonly folder: string;
  /** By which events are posted. */
  readonly key: string;
  /** Of backups and restores. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The document of a command that ends well. */
export const answerOf = async (
  { folder, env = {} }: Pick<LosableSystem, 'folder' | 'env'>,
  ...args: readonly string[]
): Promise<Record<string, unknown>> => {
  const { code, stdout, stderr } = await invoke([...args, '--json'], folder, env);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as Record<string, unknown>; // as: every command answers with one object
};

/** Makes a system in an empty folder. Returns its key. */
export const publishSample = async (folder: string): Promise<string> => {
  await invoke(['sample', '--titles', '200', '--out', 'imdb'], folder);
  const { key } = await answerOf({ folder }, 'keys', 'create', '--role', 'writer', '--name', 'test', '--data', 'data');
  await answerOf({ folder }, 'batch', 'run', '--imdb', 'imdb', '--data', 'data');
  return String(key);
};

interface Running {
  readonly url: string;
  kill(): Promise<void>;
}
/** Nothing audits, and nothing runs but at the start. */
const up = async (folder: string): Promise<Running> => {
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

interface Rated {
  readonly url: string;
  readonly movie: string;
  readonly key: string;
}

/** Returns once it is acknowledged. A busy machine refuses some requests with 503: the same request is sent again. */
const rate = async (rated: Rated, id: string, wait = false): Promise<void> => {
  const { url, movie, key } = rated;
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
    return rate(rated, id, wait);
  }
  expect(`${response.status} ${text}`).toMatch(/^20[12] /);
};

/** Of an answer that lacks nothing. */
const votesOf = async ({ url, movie }: Rated): Promise<number> => {
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
export const firstOf = async (url: string): Promise<readonly { readonly id: string; readonly votes: number }[]> => {
  for (;;) {
    const response = await fetch(`${url}/movies?page_size=1`);
    const { data } = (await response.json()) as { readonly data: readonly { readonly id: string; readonly votes: number }[] }; // as: a list, if it is 200
    if (response.status === 200) return data;
    await sleep(200);
  }
};

/**
 * A run publishes and events arrive while the backup is taken; then the data folder is lost, and restored.
 * @param backupTo flags of `rushes backup`. @param restoreFrom flags of `rushes restore`. @param beside is done while events arrive, before the backup.
 * @returns what is audited in the end, after one more run.
 */
export const loseEverything = async (
  system: LosableSystem,
  backupTo: readonly string[],
  restoreFrom: readonly string[],
  beside: () => Promise<void> = async () => {},
): Promise<Record<string, unknown>> => {
  const { folder, key } = system;
  let running = await up(folder);
  const done = new AbortController();
  try {
    const [first] = await firstOf(running.url);
    const movie = first?.id ?? '';
    let rated: Rated = { url: running.url, movie, key };
    const before = await votesOf(rated);
    const acknowledgedMs: number[] = [];
    const posting = (async () => {
      for (let n = 0; !done.signal.aborted; n++) {
        await rate(rated, `before-${n}`);
        acknowledgedMs.push(Date.now());
      }
    })();
    await beside();
    const [backup] = await Promise.all([
      answerOf(system, 'backup', ...backupTo, '--data', 'data'),
      // A run archives and publishes meanwhile.
      answerOf(system, 'batch', 'run', '--imdb', 'imdb', '--data', 'data', '--keep-versions', '1'),
    ]);
    done.abort();
    await posting;
    await running.kill();
    rmSync(join(folder, 'data'), { recursive: true });

    const restored = await answerOf(system, 'restore', ...restoreFrom, '--data', 'data');
    expect(restored).toMatchObject({ version: backup['version'], log: backup['log'], files: backup['files'] });
    running = await up(folder);
    rated = { ...rated, url: running.url };
    // The key is there too. Once this one is shown, so is all that came before it.
    await rate(rated, 'after', true);
    const votes = (await votesOf(rated)) - before - 1;
    const acknowledged = acknowledgedMs.filter((ms) => ms < Date.parse(String(backup['takenAt']))).length;
    expect(acknowledged, 'some were acknowledged before').toBeGreaterThan(0);
    expect(votes).toBeGreaterThanOrEqual(acknowledged);
    expect(votes).toBeLessThanOrEqual(acknowledgedMs.length);
    // An event that was sent before and is sent again counts once.
    await rate(rated, 'before-0');
    expect(await votesOf(rated)).toBe(before + votes + 1);
    expect(await answerOf(system, 'audit', '--data', 'data')).toMatchObject({ differences: 0, missing: [] });
    await answerOf(system, 'batch', 'run', '--imdb', 'imdb', '--data', 'data');
    expect(await votesOf(rated)).toBe(before + votes + 1);
    return await answerOf(system, 'audit', '--data', 'data');
  } finally {
    done.abort();
    await running.kill();
  }
};
