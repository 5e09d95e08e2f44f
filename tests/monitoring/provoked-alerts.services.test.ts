/**
 * Every alert fires once because something is really broken: processes of their own, on real stores, asked by a real Prometheus that tells a real Alertmanager.
 * The rules are those that are shipped, in quick time (`scaled-rules.ts`): no threshold is another one.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { freePort } from '../e2e/free-port.ts';
import { ROOT } from '../planted-copy.ts';
import { ask } from '../processes/answers.ts';
import { createWriterKey, startCommand, startProcess, type StartedProcess } from '../processes/started-process.ts';
import { needsServers } from '../services/needs-servers.ts';
import { alertsIn, readRuleFiles } from './rule-files.ts';
import { type WatchedAlerts, watchAlerts } from './watched-alerts.ts';
import { makeSystem, type WatchedSystem } from './watched-system.ts';

/** Five minutes become half a second, so they would hold no scrape: no window is shorter than five seconds. */
const SCALE = { factor: 600, shortestWindowMs: 5_000 };

/** A second process of the serving layer on a copy of the data folder ($0), on a disk of its own that is full but for two megabytes. */
const ON_SMALL_DISK = `mkdir "$1" && mount -t tmpfs -o size=128m none "$1" && cp -a "$0/." "$1" &&
head -c "$(( ($(df -k --output=avail "$1" | tail -1) - 2048) * 1024 ))" /dev/zero > "$1/fill" && shift && exec "$@"`;
const NAMESPACE = ['--user', '--map-root-user', '--mount'];

describe.skipIf(needsServers('prometheus', 'alertmanager'))('something is broken, and an alert fires:', () => {
  let folder = '';
  let system: WatchedSystem;
  let alerts: WatchedAlerts;
  let ports: Readonly<Record<'serving' | 'small' | 'speed' | 'batch' | 'second', number>>;
  const started: StartedProcess[] = [];
  let speed: StartedProcess | undefined;
  let tmdb: Server | undefined;
  let failingTmdb: Readonly<Record<string, string>> = {};

  const variables = (more: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
    RUSHES_DATA: system.data,
    RUSHES_IMDB: system.sample,
    RUSHES_RATE_LIMIT_PER_MINUTE: '0',
    RUSHES_THREADS: '2',
    RUSHES_MEMORY_LIMIT_MB: '128',
    RUSHES_AUDIT_INTERVAL_MINUTES: '60',
    // Requests wait in line instead of being refused.
    RUSHES_OVERLOAD_WAIT_MS: '60000',
    ...more,
  });
  const begin = (app: string, more: Readonly<Record<string, string>> = {}, args: readonly string[] = []): StartedProcess => {
    const one = startProcess(`apps/${app}/src/main.ts`, variables(more), args);
    started.push(one);
    return one;
  };
  const metricsAt = (port: number) => ({ RUSHES_METRICS_PORT: String(port) });
  const url = (): string => `http://127.0.0.1:${ports.serving}`;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rushes-alerts-'));
    tmdb = createServer((_, response) => void response.writeHead(500).end());
    await once(tmdb.listen(0, '127.0.0.1'), 'listening');
    failingTmdb = {
      RUSHES_TMDB_KEY: '0'.repeat(32),
      RUSHES_TMDB_BASE_URL: `http://127.0.0.1:${(tmdb.address() as AddressInfo).port}/3/`, // as: it listens on a port
      RUSHES_TMDB_REQUESTS_PER_DAY: '6',
    };
    system = await makeSystem(folder);
    const [serving, small, projecting, batch, second] = [
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    ports = { serving, small, speed: projecting, batch, second };
    alerts = await watchAlerts(folder, { serving: [serving, small], speed: [projecting], batch: [batch, second] }, SCALE);
  });
  afterAll(async () => {
    for (const one of started) await one.end('SIGKILL');
    await alerts?.close();
    await system?.close();
    tmdb?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  let key = '';
  const rate = (movie: string, id: string) =>
    fetch(`${url()}/movies/${movie}/ratings`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': id },
      body: '{"score": 9}',
    });
  /** What a busy machine refuses is sent again. */
  const accepted = async (movie: string, id: string): Promise<number> => {
    for (;;) {
      const { status } = await rate(movie, id);
      if (status !== 503) return status;
      await sleep(100);
    }
  };
  /** Asks again and again until the work is done. Returns what that comes to. */
  const meanwhile = async <Result>(request: () => Promise<unknown>, work: Promise<Result>): Promise<Result> => {
    const done = new AbortController();
    const ended = work.finally(() => done.abort());
    ended.catch(() => undefined); // seen below
    while (!done.signal.aborted) {
      await request().catch(() => undefined);
      await sleep(50);
    }
    return ended;
  };

  test('nothing runs', async () => {
    expect(await alerts.missing('RushesLayerAbsent', 'RushesProcessDown')).toEqual([]);
  });

  test('the newest version is damaged, data are old, a disk is full, Redis is away', async () => {
    const small = join(folder, 'small');
    const program = [process.execPath, join(ROOT, 'apps/serving/src/main.ts')];
    const onSmallDisk = startCommand(
      'unshare',
      [...NAMESPACE, 'sh', '-c', ON_SMALL_DISK, system.data, small, ...program],
      variables({ RUSHES_DATA: small, RUSHES_PORT: String(ports.small), RUSHES_CACHE_URL: 'redis://127.0.0.1:1/0' }),
    );
    started.push(onSmallDisk);
    await onSmallDisk.logged('listening');
    begin('serving', { RUSHES_PORT: String(ports.serving) });
    await ask(`${url()}/health/ready`);
    expect(await alerts.missing('RushesNewestVersionUnreadable', 'RushesFreshnessBurnsFast', 'RushesFreshnessBurnsSlowly')).toEqual([]);
    expect(await alerts.missing('RushesDiskFull', 'RushesDiskLow', 'RushesCacheUnused')).toEqual([]);
    await onSmallDisk.end('SIGKILL');
  });

  test('a file is refused, stored bytes are others, and a second scheduler runs', async () => {
    const refusing = begin('batch', { ...metricsAt(ports.batch), RUSHES_IMDB: system.spoilt });
    expect(await alerts.missing('RushesDamageFound', 'RushesRunFailed', 'RushesQuarantineHigh')).toEqual([]);
    // The upkeep comes every minute.
    const publishing = begin('batch', { ...metricsAt(ports.second), RUSHES_AUDIT_INTERVAL_MINUTES: '1' });
    expect(await alerts.missing('RushesTwoSchedulers')).toEqual([]);
    await refusing.end();
    expect(await alerts.active('RushesNewestVersionUnreadable', 'RushesAnswersLate', 'RushesAnswersIncomplete')).toEqual([]);
    const lake = join(system.data, 'lake');
    await rename(lake, `${lake}-away`);
    expect(await alerts.missing('RushesUpkeepFailing')).toEqual([]);
    await rename(`${lake}-away`, lake);
    await publishing.end();
  });

  test('events are posted, and no speed layer runs', async () => {
    alerts.forget('RushesAnswersLate', 'RushesAnswersIncomplete');
    key = await createWriterKey((args) => begin('rushes', {}, args));
    for (const [n, movie] of system.movies.slice(0, 150).entries()) expect(await accepted(movie, `rating-${n}`)).toBe(202);
    expect(await meanwhile(() => fetch(`${url()}/movies?page_size=1`), alerts.missing('RushesAnswersIncomplete'))).toEqual([]);
  });

  test('somebody locks the log', async () => {
    const unlock = system.lockLog();
    try {
      let n = 0;
      const missing = await meanwhile(
        () => Promise.all(system.movies.slice(0, 8).map((movie) => rate(movie, `refused-${(n += 1)}`))),
        alerts.missing('RushesLogNotWritable', 'RushesAvailabilityBurnsFast', 'RushesAvailabilityBurnsSlowly'),
      );
      expect(missing).toEqual([]);
    } finally {
      unlock();
    }
    expect(await alerts.active('RushesLogNotWritable')).toEqual([]);
  });

  test('more is asked than a core can answer', async () => {
    let n = 0;
    const search = () => fetch(`${url()}/titles?primary_title_contains=${(n += 1)}&count=true`).then((response) => response.text());
    const flood = () => Promise.all(Array.from({ length: 200 }, search));
    expect(await meanwhile(flood, alerts.missing('RushesLatencyBurnsFast', 'RushesLatencyBurnsSlowly'))).toEqual([]);
  });

  test('the speed layer comes late, there is something in the log that is no event, and TMDB fails', async () => {
    expect(await alerts.missing('RushesAnswersLate')).toEqual([]);
    speed = begin('speed', { ...metricsAt(ports.speed), ...failingTmdb });
    expect(await alerts.missing('RushesVisibilityBurnsFast', 'RushesVisibilityBurnsSlowly')).toEqual([]);
    expect(await alerts.active('RushesAnswersLate', 'RushesLayerAbsent')).toEqual([]);
    await system.appendNonsense();
    expect(await alerts.missing('RushesDeadLetters', 'RushesTmdbFailing', 'RushesTmdbSpent')).toEqual([]);
  });

  test('the disk of a store is away', async () => {
    alerts.forget('RushesStoreFailing', 'RushesStoreFailing of objects');
    const lake = join(system.data, 'lake');
    await rename(lake, `${lake}-away`);
    expect(await alerts.missing('RushesStoreFailing of objects')).toEqual([]);
    await rename(`${lake}-away`, lake);
  });

  test('no run covers what was posted', async () => {
    await system.age(0.6);
    expect(await alerts.missing('RushesEpochHalfway')).toEqual([]);
    await system.age(0.8);
    expect(await alerts.missing('RushesEpochExpiring')).toEqual([]);
    await speed?.end('SIGKILL');
    await system.age(1.1);
    expect(await alerts.missing('RushesEventsMissing')).toEqual([]);
  });

  test('and all ends with the next run, for which the log has lost what was posted; every alert has fired', async () => {
    await system.emptyLog();
    begin('batch', { ...metricsAt(ports.batch), RUSHES_IMDB: system.spare });
    expect(await alerts.missing('RushesEventsLost')).toEqual([]);
    expect(await alerts.active('RushesEventsMissing', 'RushesAnswersLate', 'RushesTwoSchedulers')).toEqual([]);
    expect([...alerts.seen()].filter((name) => !name.includes(' ')).toSorted()).toEqual(
      alertsIn(readRuleFiles())
        .map(({ alert }) => alert)
        .toSorted(),
    );
  });
});
