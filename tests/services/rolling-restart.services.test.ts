/**
 * Every process of every layer is replaced, one after another, under load: no request fails, no answer is wrong, and behind one token no answer goes back in
 * time, whichever replica gives it.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type Apps, startApps } from './apps-on-servers.ts';
import { type DoubledApps, startDoubled } from './doubled-apps.ts';
import { openLogToRead } from './log-to-read.ts';
import { availableServers, needsServers } from './needs-servers.ts';
import { type OwnServers, startOwnServers } from './own-servers.ts';
import { tellRatings } from './told-ratings.ts';
import { askMovie, backwardAnswers, eventsOf, watchAnswers, wrongAnswers } from './watched-answers.ts';

const MOVIES = 6;
const PATIENT = { timeout: 300_000, interval: 100 };

describe.skipIf(needsServers('kafka', 'registry', 'cassandra', 's3'))('a system of replicas on servers', () => {
  let servers: OwnServers;
  let apps: Apps;
  let doubled: DoubledApps;

  beforeAll(async () => {
    servers = await startOwnServers(['kafka', 'registry', 'cassandra', 's3', ...availableServers('postgres', 'redis')]);
    apps = await startApps(servers);
    await apps.run();
    // A busy machine is no reason to refuse anything here.
    doubled = await startDoubled(apps, { RUSHES_OVERLOAD_EVENT_LOOP_DELAY_MS: '0' });
  });
  afterAll(async () => {
    await doubled?.stop();
    await apps?.dispose();
    await servers?.dispose();
  });

  test('each process is replaced under load, and nobody notices', async () => {
    const { url } = doubled;
    const response = await fetch(`${url}/movies?sort=votes&desc=true&page_size=${MOVIES}`);
    const movies = ((await response.json()) as { readonly data: readonly { readonly id: string }[] }).data.map(({ id }) => id); // as: a list
    const told = tellRatings(() => url, apps.key, movies, 'rolling');
    const [watched, sticky] = [watchAnswers(() => url, movies), watchAnswers(() => url, movies, true)];
    try {
      await sleep(1_000);
      for (const app of ['batch', 'speed', 'serving'] as const)
        for (let n = 0; n < doubled.countOf(app); n++) {
          expect(await doubled.replace(app, n), app).toBe(0);
          await sleep(1_000);
        }
    } finally {
      await told.stop();
      await Promise.all([watched.stop(), sticky.stop()]);
    }
    process.stdout.write(
      `rolling restart: ${told.repeated()} posts repeated, longest pause ${Math.round(told.longestPauseMs())} ms; ` +
        `${watched.answers.length} answers and ${sticky.answers.length} behind tokens, others ${JSON.stringify([...watched.others, ...sticky.others])}\n`,
    );
    expect([...told.reasons]).toEqual([]);
    expect([...watched.others, ...sticky.others]).toEqual([]);
    expect(backwardAnswers(sticky.answers)).toEqual([]);
    expect(sticky.answers.length).toBeGreaterThan(100);
    const log = await openLogToRead(servers);
    try {
      const events = await eventsOf(log, movies);
      expect(wrongAnswers([...watched.answers, ...sticky.answers], events).slice(0, 5)).toEqual([]);
      expect([...events].map(([movie, offsets]) => [movie, offsets.length])).toEqual(
        movies.map((movie) => [movie, told.acknowledged.get(movie) ?? 0]),
      );
      const shown = async () => Promise.all(movies.map((movie) => askMovie(url, movie)));
      await expect
        .poll(async () => (await shown()).map((answer) => ('votes' in answer ? answer.votes : answer.status)), PATIENT)
        .toEqual(movies.map((movie) => told.acknowledged.get(movie) ?? 0));
    } finally {
      await log.close();
    }
  });
});
