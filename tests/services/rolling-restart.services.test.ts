/**
 * Every process of every layer is replaced, one after another, under load: no request fails, no answer is wrong, and behind one token no answer goes back in
 * time, whichever replica gives it.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { ask } from '../processes/answers.ts';
import { type Collector, startCollector } from '../processes/collector.ts';
import { type Apps, startApps } from './apps-on-servers.ts';
import { type DoubledApps, startDoubled } from './doubled-apps.ts';
import { openLogToRead } from './log-to-read.ts';
import { availableServers, needsServers } from './needs-servers.ts';
import { type OwnServers, startOwnServers } from './own-servers.ts';
import { tellRatings } from './told-ratings.ts';
import { askMovie, backwardAnswers, eventsOf, watchAnswers, wrongAnswers } from './watched-answers.ts';

const MOVIES = 6;
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PATIENT = { timeout: 300_000, interval: 100 };

describe.skipIf(needsServers('kafka', 'registry', 'cassandra', 's3'))('a system of replicas on servers', () => {
  let servers: OwnServers;
  let apps: Apps;
  let doubled: DoubledApps;
  let collector: Collector;

  beforeAll(async () => {
    servers = await startOwnServers(['kafka', 'registry', 'cassandra', 's3', ...availableServers('postgres', 'redis')]);
    apps = await startApps(servers);
    await apps.run();
    // A busy machine is no reason to refuse anything here.
    collector = await startCollector();
    doubled = await startDoubled(apps, {
      RUSHES_OVERLOAD_EVENT_LOOP_DELAY_MS: '0',
      RUSHES_TRACING_URL: collector.url,
      RUSHES_TRACING_SHARE: '1',
    });
  });
  afterAll(async () => {
    await doubled?.stop();
    await apps?.dispose();
    await collector?.close();
    await servers?.dispose();
  });

  test('a posted event is one trace, whichever replicas it meets: its place goes with the record through Kafka', async () => {
    const { url } = doubled;
    // as: a list
    const { data } = JSON.parse(await ask(`${url}/movies?sort=votes&desc=true&page_size=${MOVIES + 1}`)) as {
      readonly data: readonly { readonly id: string }[];
    };
    // The next test counts the events of all others.
    await ask(`${url}/movies/${data[MOVIES]?.id ?? ''}/ratings`, 201, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${apps.key}`,
        'content-type': 'application/json',
        prefer: 'wait=30',
        traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
        tracestate: 'other=1',
      },
      body: JSON.stringify({ score: 9 }),
    });
    await expect
      .poll(() => collector.traceLines(TRACE), PATIENT)
      .toEqual([
        'POST /movies/:id/ratings (rushes-serving) in nothing known',
        'append (rushes-serving) in POST /movies/:id/ratings',
        'project (rushes-speed) in append',
        'visible (rushes-serving) in append',
      ]);
    const states = collector.spans().filter(({ traceId }) => traceId === TRACE);
    expect(states.map(({ traceState, isError }) => [traceState, isError])).toEqual(states.map(() => ['other=1', false]));
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
