/** A system grows up and comes home: from a data folder to Kafka, Cassandra and S3 and back, with the same answers all the way. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { writeFilmSample } from '@rushes/sources';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { answersOf, ask, posting, versionAt } from '../processes/answers.ts';
import { createWriterKey, startProcess, type StartedProcess } from '../processes/started-process.ts';
import { createBucket } from '../../tools/services/create-bucket.ts';
import { needsServers } from './needs-servers.ts';
import { S3_KEYS } from './own-servers.ts';
import { address, deleteTopics, dropKeyspace } from './place-on-servers.ts';

const name = `c${randomBytes(5).toString('hex')}`;
let folder = '';
let key = '';
const started: StartedProcess[] = [];

/** A configuration with all that servers can have under a name of its own. @param keyspace another one than its name. */
const writeConfig = async (file: string, own: string, keyspace = own): Promise<string> => {
  if (keyspace === own) await createBucket(address('TEST_S3'), own);
  writeFileSync(
    place(file),
    JSON.stringify({
      folders: { data: `beside-${own}` },
      stores: {
        objects: `s3://${own}/lake`,
        log: `kafka://${address('TEST_KAFKA')}/${own}.`,
        speed: `cassandra://${address('TEST_CASSANDRA')}/${keyspace}`,
      },
      s3: { endpoint: address('TEST_S3') },
      kafka: { registryUrl: address('TEST_REGISTRY'), replication: 1, minInsyncReplicas: 1 },
      cassandra: { replication: 1 },
    }),
  );
  return place(file);
};

const place = (one: string): string => join(folder, one);
const begin = (args: readonly string[], more: Readonly<Record<string, string>> = {}): StartedProcess => {
  const variables = {
    ...S3_KEYS,
    RUSHES_IMDB: place('sample'),
    RUSHES_PORT: '0',
    RUSHES_BATCH_INTERVAL_MINUTES: '600',
    RUSHES_RATE_LIMIT_PER_MINUTE: '0',
    RUSHES_THREADS: '1',
  };
  const one = startProcess('apps/rushes/src/main.ts', { ...variables, ...more }, args);
  started.push(one);
  return one;
};
/** The document of a command that ends well. */
const told = async (args: readonly string[]): Promise<Readonly<Record<string, unknown>>> => {
  const one = begin([...args, '--json']);
  expect(await one.ended, one.output()).toBe(0);
  const line = one
    .output()
    .split('\n')
    .find((text) => text.startsWith('{') && !text.includes('"level":'));
  return JSON.parse(line ?? '') as Readonly<Record<string, unknown>>; // as: the command's document
};

const post = posting(() => key);

const startUp = async (args: readonly string[]): Promise<{ readonly url: string; readonly end: () => Promise<void> }> => {
  const up = begin(['up', '--json', ...args]);
  for (let line: string | undefined; ; await sleep(100)) {
    line = up
      .output()
      .split('\n')
      .find((text) => text.includes('"event":"listening"'));
    if (line === undefined) continue;
    const { url } = JSON.parse(line) as { readonly url: string }; // as: the command's first document
    await ask(`${url}/health/ready`);
    return { url, end: async () => expect(await up.end('SIGTERM'), up.output()).toBe(0) };
  }
};

const same = { differences: 0, damages: [] };

describe.skipIf(needsServers('kafka', 'registry', 'cassandra', 's3'))(
  'from a folder to servers and back (skipped: one cannot be had here)',
  () => {
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'rushes-copied-'));
      await writeFilmSample(place('sample'));
      await writeConfig('servers.json', name);
      key = await createWriterKey((args) => begin([...args, '--data', place('data')]));
    });
    afterAll(async () => {
      for (const one of started) await one.end('SIGKILL');
      for (const own of [name, `${name}b`, `${name}c`, `${name}d`]) {
        await dropKeyspace(own);
        await deleteTopics(`${own}.`);
      }
      rmSync(folder, { recursive: true, force: true });
    });

    test('answers, posts, repeated keys, audits and recomputes are as if nothing had moved', async () => {
      const servers = place('servers.json');
      const old = await startUp(['--data', place('data')]);
      await expect.poll(() => versionAt(old.url), { timeout: 300_000, interval: 500 }).toBe(1);
      // as: the envelope of every answer
      const { data } = JSON.parse(await ask(`${old.url}/movies?sort=votes&desc=true&page_size=3`)) as {
        readonly data: readonly { readonly id: string }[];
      };
      const movie = data[0]?.id ?? '';
      await post(old.url, `/movies/${movie}/ratings`, 'before-the-run', { score: 1 });
      await told(['batch', 'run', '--data', place('data')]);
      await expect.poll(() => versionAt(old.url), { timeout: 300_000, interval: 500 }).toBe(2);
      await post(old.url, `/movies/${movie}/ratings`, 'behind-the-cut', { score: 9 });
      await post(old.url, `/movies/${movie}/reviews`, 'review', { author: 'somebody', text: 'A wonderful film, and a sad one.' });
      const before = await answersOf(old.url, movie);

      // Killed at any moment, the same command goes on; the old system answers all the while.
      const killed = begin(['copy', '--from', place('data'), '--to', servers, '--json']);
      await sleep(3_000 + Math.random() * 12_000);
      await killed.end('SIGKILL');
      expect(await answersOf(old.url, movie)).toEqual(before);
      expect(await told(['copy', '--from', place('data'), '--to', servers])).toMatchObject({ audit: same });
      expect(await answersOf(old.url, movie)).toEqual(before);
      await post(old.url, `/movies/${movie}/ratings`, 'too-late', { score: 9 }, 503);
      await old.end();
      const refused = begin(['up', '--data', place('data')]);
      expect(await refused.ended).not.toBe(0);
      expect(refused.output()).toContain(`has moved to ${servers}`);

      const grown = await startUp(['--config', servers]);
      // What is behind the cut is projected anew.
      await expect.poll(() => answersOf(grown.url, movie), { timeout: 300_000, interval: 500 }).toEqual(before);
      await post(grown.url, `/movies/${movie}/ratings`, 'before-the-run', { score: 1 });
      await post(grown.url, `/movies/${movie}/ratings`, 'behind-the-cut', { score: 9 });
      expect(await answersOf(grown.url, movie), 'counted once').toEqual(before);
      await post(grown.url, `/movies/${movie}/ratings`, 'on-servers', { score: 3 });
      const after = await answersOf(grown.url, movie);
      expect(after).not.toEqual(before);
      expect(await told(['audit', '--config', servers])).toMatchObject(same);
      await told(['batch', 'run', '--full', '--config', servers]);
      await expect.poll(() => versionAt(grown.url), { timeout: 300_000, interval: 500 }).toBe(3);
      expect(await answersOf(grown.url, movie)).toEqual(after);
      await grown.end();

      expect(await told(['copy', '--from', servers, '--to', place('home')])).toMatchObject({ audit: same });
      expect(existsSync(place('home/log.sqlite'))).toBe(true);
      const home = await startUp(['--data', place('home')]);
      // What is behind the cut is projected anew.
      await expect.poll(() => answersOf(home.url, movie), { timeout: 300_000, interval: 500 }).toEqual(after);
      await post(home.url, `/movies/${movie}/ratings`, 'on-servers', { score: 3 });
      expect(await answersOf(home.url, movie), 'counted once').toEqual(after);
      await post(home.url, `/movies/${movie}/ratings`, 'at-home', { score: 4 });
      expect(await answersOf(home.url, movie)).not.toEqual(after);
      await home.end();
      expect(await told(['audit', '--data', place('home')])).toMatchObject(same);
    }, 1_500_000);

    test('a lost log begins anew on Kafka, and a copy of a moment brings back what was lost as a whole', async () => {
      const first = await writeConfig('first.json', `${name}b`);
      await told(['copy', '--keep', '--from', place('home'), '--to', first]);
      const up = await startUp(['--config', first]);
      // as: the envelope of every answer
      const { data } = JSON.parse(await ask(`${up.url}/movies?sort=votes&desc=true&page_size=3`)) as {
        readonly data: readonly { readonly id: string }[];
      };
      const movie = data[0]?.id ?? '';
      await post(up.url, `/movies/${movie}/ratings`, 'archived', { score: 2 });
      await told(['batch', 'run', '--config', first]);
      const answered = await answersOf(up.url, movie);
      // While it runs, and goes on.
      expect(await told(['copy', '--keep', '--from', first, '--to', place('backup')])).toMatchObject({ audit: same });
      await post(up.url, `/movies/${movie}/ratings`, 'after-the-copy', { score: 2 });
      await up.end();

      await deleteTopics(`${name}b.`);
      const again = await writeConfig('again.json', `${name}b`, `${name}d`);
      const refused = begin(['up', '--config', again]);
      expect(await refused.ended).toBe(1);
      expect(refused.output()).toContain('`rushes log restart` begins a log');
      expect(await told(['log', 'restart', '--config', again])).toMatchObject({ lost: [], restored: { left: 0 } });
      const restarted = await startUp(['--config', again]);
      expect(await answersOf(restarted.url, movie), 'what was archived').toEqual(answered);
      await post(restarted.url, `/movies/${movie}/ratings`, 'archived', { score: 2 });
      expect(await answersOf(restarted.url, movie), 'counted once').toEqual(answered);
      await restarted.end();
      expect(await told(['audit', '--config', again])).toMatchObject(same);

      // All is lost but the copy.
      const other = await writeConfig('other.json', `${name}c`);
      expect(await told(['copy', '--keep', '--from', place('backup'), '--to', other])).toMatchObject({ audit: same });
      const back = await startUp(['--config', other]);
      await expect.poll(() => answersOf(back.url, movie), { timeout: 300_000, interval: 500 }).toEqual(answered);
      await post(back.url, `/movies/${movie}/ratings`, 'archived', { score: 2 });
      expect(await answersOf(back.url, movie), 'counted once').toEqual(answered);
      await back.end();
    }, 1_500_000);
  },
);
