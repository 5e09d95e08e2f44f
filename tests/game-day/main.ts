/**
 * A game day: `npm run game-day [-- --minutes N]`. The whole system on real servers, every layer but batch doubled; ratings are posted and replayed, movies
 * asked for, batch runs published, and meanwhile each server and each process is killed once. At the end it is counted what became of every acknowledged
 * rating. Ends with 1 if anything is not as promised.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { SERVICES } from '../../tools/services/services.ts';
import { startApps } from '../services/apps-on-servers.ts';
import { startDoubled } from '../services/doubled-apps.ts';
import { openLogToRead } from '../services/log-to-read.ts';
import { type ServerName, startOwnServers } from '../services/own-servers.ts';
import { tellRatings } from '../services/told-ratings.ts';
import { askMovie, backwardAnswers, eventsOf, type WatchedAnswer, watchAnswers, wrongAnswers } from '../services/watched-answers.ts';
import { replayFiles } from './replays.ts';
import { compareCounts, isAsPromised, longestPause, type Recovery, type Tally } from './tally.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const DURATION_MS = Number(values.minutes) * 60_000;
const MOVIES = 8;
/** How long a server is away. */
const AWAY_MS = 2_000;
/** So long may it take until all that was acknowledged is shown. */
const SETTLE_MS = 180_000;
const NEEDED = ['kafka', 'registry', 'cassandra', 's3'] as const;
/** Batch views and API keys, and what replicas share: where they cannot be had, the data folder and each process's memory stand in. */
const WANTED = ['postgres', 'redis'] as const;

const say = (text: string): void => void process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

const addUp = (counts: readonly (readonly [number, number])[]): Readonly<Record<string, number>> => {
  const sums: Record<string, number> = {};
  for (const [code, count] of counts) sums[code] = (sums[code] ?? 0) + count;
  return sums;
};

const votesOf = (answer: WatchedAnswer | { readonly status: number }): number => ('votes' in answer ? answer.votes : 0);

const SERVERS: readonly ServerName[] = [
  ...NEEDED,
  ...WANTED.filter((name) => {
    const missing = SERVICES.find((service) => service.name === name)?.missing();
    if (missing !== undefined) say(`without ${name}: ${missing}`);
    return missing === undefined;
  }),
];
const folder = await mkdtemp(join(tmpdir(), 'rushes-game-day-'));
say(`starting ${SERVERS.join(', ')}`);
const servers = await startOwnServers(SERVERS);
const apps = await startApps(servers);
try {
  await apps.run();
  const doubled = await startDoubled(apps, { RUSHES_BATCH_INTERVAL_MINUTES: '1', RUSHES_OVERLOAD_EVENT_LOOP_DELAY_MS: '0' });
  const { url } = doubled;
  const response = await fetch(`${url}/movies?sort=votes&desc=true&page_size=${MOVIES}`);
  const movies = ((await response.json()) as { readonly data: readonly { readonly id: string }[] }).data.map(({ id }) => id); // as: a list
  const told = tellRatings(() => url, apps.key, movies, 'game');
  const watchers = [watchAnswers(() => url, movies), watchAnswers(() => url, movies, true)];
  const replays = replayFiles((args) => apps.start('rushes', {}, args), folder, movies);

  const kills = [
    ...SERVERS.map((name) => ({
      what: name,
      kill: async () => {
        await servers.kill(name);
        await sleep(AWAY_MS);
        await servers.start(name);
      },
    })),
    ...(['speed', 'serving', 'batch'] as const).flatMap((app) =>
      Array.from({ length: doubled.countOf(app) }, (_, n) => ({ what: `${app} ${n + 1}`, kill: () => doubled.kill(app, n) })),
    ),
    { what: 'replay', kill: () => replays.kill() },
  ];
  const stepMs = DURATION_MS / kills.length;
  const recoveries: Recovery[] = [];
  for (const { what, kill } of kills) {
    const beganMs = performance.now();
    say(`kill -9: ${what}`);
    await kill();
    await sleep(Math.max(0, beganMs + stepMs - performance.now()));
    const endMs = performance.now();
    const answers = watchers.flatMap((watcher) => watcher.answers);
    const pause = (times: readonly number[]): number =>
      Math.round(
        longestPause(
          times.toSorted((a, b) => a - b),
          beganMs,
          endMs,
        ),
      );
    const recovery: Recovery = {
      what,
      postsMs: pause(told.acknowledgedAtMs),
      answersMs: pause(answers.map(({ atMs }) => atMs)),
      completeMs: pause(answers.filter(({ completeness }) => completeness === 'complete').map(({ atMs }) => atMs)),
    };
    recoveries.push(recovery);
    say(
      `  longest time without an acknowledged post ${recovery.postsMs} ms, an answer ${recovery.answersMs} ms, a complete answer ${recovery.completeMs} ms`,
    );
  }

  say('counting');
  await told.stop();
  await replays.stop();
  const acknowledged = new Map(movies.map((movie) => [movie, (told.acknowledged.get(movie) ?? 0) + (replays.replayed.get(movie) ?? 0)]));
  const showMovies = async (): Promise<Map<string, number>> =>
    new Map(await Promise.all(movies.map(async (movie) => [movie, votesOf(await askMovie(url, movie))] as const)));
  const settledMs = performance.now() + SETTLE_MS;
  let shown = await showMovies();
  while (performance.now() < settledMs && movies.some((movie) => (shown.get(movie) ?? 0) < (acknowledged.get(movie) ?? 0))) {
    await sleep(500);
    shown = await showMovies();
  }
  for (const watcher of watchers) await watcher.stop();
  const log = await openLogToRead(servers);
  const events = await eventsOf(log, movies);
  await log.close();
  const answers = watchers.flatMap((watcher) => watcher.answers);
  const status = apps.start('rushes', {}, ['status', '--json']);
  await status.ended;
  const { published } = JSON.parse(status.output()) as { readonly published?: { readonly publication: { readonly number: number } } }; // as: the command's one document
  const faults = apps.faults();
  for (const line of faults) say(line);
  const tally: Tally = {
    ...compareCounts({ acknowledged, shown, logged: new Map([...events].map(([movie, offsets]) => [movie, offsets.length])) }),
    answers: answers.length,
    wrong: wrongAnswers(answers, events).length,
    backward: backwardAnswers(answers).length,
    refused: addUp(watchers.flatMap(({ others }) => [...others])),
    faults: faults.length,
    publications: published?.publication.number ?? 0,
  };
  say(`posts repeated: ${told.repeated()}, replays interrupted: ${replays.interrupted()}`);
  process.stdout.write(`${JSON.stringify({ recoveries, tally }, undefined, 2)}\n`);
  await doubled.stop();
  say(isAsPromised(tally) ? 'Everything is as promised.' : 'NOT as promised.');
  if (!isAsPromised(tally)) process.exitCode = 1;
} finally {
  await apps.dispose();
  await servers.dispose();
  await rm(folder, { recursive: true, force: true });
}
