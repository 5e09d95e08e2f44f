/**
 * Servers that crash, stop and freeze under load, and replicas that die or sleep: every acknowledged rating counts exactly once, no answer says anything
 * else than the events before the position that it names, and everything goes on by itself.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { DEAD_LETTERS, partitionOf } from '@rushes/domain';
import type { EventLog } from '@rushes/ports';
import { readLog } from '@rushes/ports/contracts/read-log';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import type { StartedProcess } from '../processes/started-process.ts';
import { type Apps, startApps } from './apps-on-servers.ts';
import { openLogToRead } from './log-to-read.ts';
import { needsServers } from './needs-servers.ts';
import { type OwnServers, startOwnServers } from './own-servers.ts';
import { tellRatings } from './told-ratings.ts';
import { askMovie, eventsOf, watchAnswers, wrongAnswers } from './watched-answers.ts';

/** Of the speed layer: after so long without a sign of life a replica's partitions are others'. */
const LEASE_MS = 10_000;
const MOVIES = 6;
/** So long may a busy machine take. */
const PATIENT = { timeout: 300_000, interval: 100 };

describe.skipIf(needsServers('kafka', 'registry', 'cassandra', 's3'))('three processes on Kafka, Cassandra and S3', () => {
  let servers: OwnServers;
  let apps: Apps;
  let log: EventLog;
  let serving: StartedProcess;
  let speeds: StartedProcess[];
  let url = '';
  let movies: readonly string[] = [];
  /** Acknowledged in all tests so far. */
  const totals = new Map<string, number>();

  const startSpeed = async (): Promise<StartedProcess> => {
    const speed = apps.start('speed');
    await speed.logged('projecting');
    return speed;
  };

  beforeAll(async () => {
    servers = await startOwnServers(['kafka', 'registry', 'cassandra', 's3']);
    apps = await startApps(servers);
    await apps.run();
    serving = apps.start('serving');
    url = String((await serving.logged('listening'))['url']);
    speeds = [await startSpeed(), await startSpeed()];
    await vi.waitUntil(async () => (await fetch(`${url}/health/ready`)).status === 200, PATIENT);
    const response = await fetch(`${url}/movies?sort=votes&desc=true&page_size=${MOVIES}`);
    movies = ((await response.json()) as { readonly data: readonly { readonly id: string }[] }).data.map(({ id }) => id); // as: a list
    if (movies.length < MOVIES) throw new Error('the sample has too few movies');
    log = await openLogToRead(servers);
  });
  afterAll(async () => {
    await log?.close();
    await apps?.dispose();
    await servers?.dispose();
  });

  const shownVotes = async (): Promise<Readonly<Record<string, unknown>>> => {
    const answers = await Promise.all(movies.map((movie) => askMovie(url, movie)));
    return Object.fromEntries(
      answers.map((answer, n) => [movies[n] ?? '', 'status' in answer ? answer.status : `${answer.votes} ${answer.completeness}`]),
    );
  };

  /** Somebody projects every partition: without an owner one stands still, and answers say `stale`. */
  const allComplete = async (): Promise<void> => {
    await expect
      .poll(async () => Object.values(await shownVotes()).every((shown) => String(shown).endsWith('complete')), PATIENT)
      .toBe(true);
  };

  /** Ratings and questions all the time, and something that happens meanwhile; afterwards everything is as it must be. Returns the first answers that were wrong. */
  const underLoad = async (name: string, happens: () => Promise<void>): Promise<readonly object[]> => {
    const told = tellRatings(() => url, apps.key, movies, name);
    const watched = watchAnswers(() => url, movies);
    try {
      await sleep(1_500);
      await happens();
      const backMs = performance.now();
      const before = [...told.acknowledged.values()].reduce((sum, one) => sum + one, 0);
      await expect.poll(() => [...told.acknowledged.values()].reduce((sum, one) => sum + one, 0), PATIENT).toBeGreaterThan(before + 20);
      const acknowledgedMs = performance.now();
      await expect
        .poll(() => watched.answers.some(({ atMs, completeness }) => atMs > backMs && completeness === 'complete'), PATIENT)
        .toBe(true);
      const completeMs =
        (watched.answers.find(({ atMs, completeness }) => atMs > backMs && completeness === 'complete')?.atMs ?? 0) - backMs;
      await sleep(1_000);
      process.stdout.write(
        `${name}: ${told.repeated()} posts repeated, longest pause ${Math.round(told.longestPauseMs())} ms; after it was over ` +
          `20 posts in ${Math.round(acknowledgedMs - backMs)} ms, a complete answer after ${Math.round(completeMs)} ms; ` +
          `${watched.answers.length} answers, others ${JSON.stringify([...watched.others])}\n`,
      );
    } finally {
      await told.stop();
      await watched.stop();
    }
    for (const [movie, count] of told.acknowledged) totals.set(movie, (totals.get(movie) ?? 0) + count);
    await expect
      .poll(shownVotes, PATIENT)
      .toEqual(Object.fromEntries(movies.map((movie) => [movie, `${totals.get(movie) ?? 0} complete`])));
    const events = await eventsOf(log, movies);
    expect(Object.fromEntries([...events].map(([movie, offsets]) => [movie, offsets.length]))).toEqual(
      Object.fromEntries(movies.map((movie) => [movie, totals.get(movie) ?? 0])),
    );
    expect(watched.answers.length).toBeGreaterThan(10);
    return wrongAnswers(watched.answers, events).slice(0, 5);
  };

  test('nothing happens', async () => {
    expect(await underLoad('quiet', async () => {})).toEqual([]);
  });

  test('the speed store crashes and comes back', async () => {
    expect(
      await underLoad('cassandra-crash', async () => {
        await servers.kill('cassandra');
        await sleep(2_000);
        await servers.start('cassandra');
      }),
    ).toEqual([]);
  });

  test('the log crashes and comes back', async () => {
    expect(
      await underLoad('kafka-crash', async () => {
        await servers.kill('kafka');
        await sleep(1_000);
        await servers.start('kafka');
      }),
    ).toEqual([]);
  });

  test('the log is stopped for half a minute', async () => {
    expect(
      await underLoad('kafka-stopped', async () => {
        await servers.stop('kafka');
        await sleep(30_000);
        await servers.start('kafka');
      }),
    ).toEqual([]);
  });

  test('the speed store gets no time for a while', async () => {
    expect(
      await underLoad('cassandra-frozen', async () => {
        await servers.freeze('cassandra');
        await sleep(12_000);
        await servers.resume('cassandra');
      }),
    ).toEqual([]);
  });

  test('the object store crashes during a batch run, and the registry is gone', async () => {
    expect(
      await underLoad('s3-crash', async () => {
        await servers.stop('registry');
        const run = apps.run();
        await sleep(2_500);
        await servers.kill('s3');
        await sleep(2_000);
        await servers.start('s3');
        // A run that began without a registry may have had to give up: it needs one to open the log.
        const code = await run;
        await servers.start('registry');
        if (code !== 0) expect(await apps.run()).toBe(0);
      }),
    ).toEqual([]);
  });

  test('a replica of the speed layer dies', async () => {
    expect(
      await underLoad('replica-dies', async () => {
        await speeds.shift()?.end('SIGKILL');
        await sleep(LEASE_MS);
        await allComplete();
        speeds.push(await startSpeed());
      }),
    ).toEqual([]);
  });

  test('a replica of the speed layer sleeps until its partitions are others’, and wakes', async () => {
    expect(
      await underLoad('replica-sleeps', async () => {
        speeds[0]?.send('SIGSTOP');
        await sleep(2 * LEASE_MS);
        await allComplete();
        speeds[0]?.send('SIGCONT');
        await sleep(2_000);
      }),
    ).toEqual([]);
  });

  test('a run covers all of it, and nothing changes', async () => {
    expect(
      await underLoad('covered', async () => {
        expect(await apps.run()).toBe(0);
      }),
    ).toEqual([]);
  });

  test('ratings of another program count, and what it writes wrong ends among the dead letters with the reason', async () => {
    const producer = new Kafka({ brokers: [servers.address('kafka')], logLevel: logLevel.NOTHING }).producer();
    const schemas = new SchemaRegistry({ host: servers.address('registry') });
    const [movie = ''] = movies;
    const partition = Number(partitionOf('movie.ratings', movie).split('/')[1]);
    const payload = { movie_id: movie, score: 7.5, user: 'another', at: '2026-01-01T00:00:00Z' };
    const value = await schemas.encode(await schemas.getLatestSchemaId('movie.ratings-value'), {
      event: { 'rushes.events.RatingGivenV1': payload },
    });
    await producer.connect();
    for (const sent of [value, Buffer.from('{"score": 7.5}'), value])
      await producer.send({ topic: 'movie.ratings', messages: [{ key: movie, partition, value: sent }] });
    await producer.disconnect();
    totals.set(movie, (totals.get(movie) ?? 0) + 2);
    await expect.poll(shownVotes, PATIENT).toMatchObject({ [movie]: `${totals.get(movie)} complete` });
    const reasons = async (): Promise<string> =>
      JSON.stringify((await readLog(log, DEAD_LETTERS)).map((record) => (record.kind === 'event' ? record.value : '')));
    await expect.poll(reasons, PATIENT).toContain('not Avro in the wire format');
  });

  test('a process that starts while a server is gone says what is wrong, with every other store that is', async () => {
    await servers.stop('registry');
    const speed = apps.start('speed', { RUSHES_CASSANDRA_REPLICATION: '3', RUSHES_CASSANDRA_DATA_CENTER: 'elsewhere' });
    expect(await speed.ended).toBe(1);
    expect(speed.output()).toContain('2 things of stores cannot be used');
    expect(speed.output()).toMatch(/stores\.log: .*registry/);
    expect(speed.output()).toMatch(/stores\.speed: .*elsewhere/);
    await servers.start('registry');
    expect(await underLoad('registry-back', async () => {})).toEqual([]);
  });

  test('a topic that was deleted and made anew is refused by everybody, and answers say that they may be old', async () => {
    const admin = new Kafka({ brokers: [servers.address('kafka')], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: ['movie.ratings'] });
    await vi.waitUntil(async () => !(await admin.listTopics()).includes('movie.ratings'), PATIENT);
    await admin.createTopics({ topics: [{ topic: 'movie.ratings', numPartitions: 6 }], waitForLeaders: true });
    await admin.disconnect();
    const post = async (): Promise<number> => {
      const response = await fetch(`${url}/movies/${movies[0]}/ratings`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apps.key}`, 'content-type': 'application/json', 'idempotency-key': 'into-another-log' },
        body: JSON.stringify({ score: 3 }),
      });
      await response.body?.cancel();
      return response.status;
    };
    expect(await post()).toBe(503);
    await expect.poll(async () => Object.values(await shownVotes()).every((shown) => String(shown).endsWith('stale')), PATIENT).toBe(true);
    expect(Object.values(await shownVotes())).toEqual(movies.map((movie) => `${totals.get(movie)} stale`));
    const starting = apps.start('serving');
    expect(await starting.ended).toBe(1);
    expect(starting.output()).toMatch(/movie\.ratings/);
    expect(await apps.run()).not.toBe(0);
    expect(await post()).toBe(503);
  });
});
