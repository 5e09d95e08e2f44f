/**
 * The live path: log, speed layer, overlay, and runs over a log, on the embedded stores. Each measurement is a process of its own with a log and a
 * speed store of its own; all but the runs share one published version. In each round what is compared runs one after the other.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { measureInChild } from '../process/child.ts';
import { surroundings } from '../report/machine.ts';
import { shareVersion } from './live-folder.ts';
import { type LoggedRounds, measureLoggedRuns } from './measure-logged-runs.ts';
import type { Pages, PointReads, Projected, Throughput, Visible } from './measured.ts';

/** How events are appended. `perCall`: records in one append; `callers`: appends under way at once. */
export const APPENDS = [
  { name: 'in batches of 1,000', perCall: 1000, callers: 1 },
  { name: 'in batches of 100', perCall: 100, callers: 1 },
  { name: 'one by one, by 50 callers at once', perCall: 1, callers: 50 },
] as const;
export const RATES = [100, 500] as const;
export const EPOCHS = [0, 1, 12] as const;
const CHANGED = [0, 1_000, 100_000] as const;
const SOAK_RATE = 500;
/** So few that most of them have been touched when memory is first looked at. */
const SOAK_MOVIES = 2_000;
/** By then SQLite's pages and the young generation have what they may have. */
const SOAK_WARM_UP_S = 60;
/** Runs find more events in their log than are appended and projected in each round. */
const RUN_EVENTS = 4;
const MOVIES = 5_000;
const READ_MOVIES = 100;
const READS = 6_000;
const PAGE_READS = 60;
const WARM_UP_S = 3;

type AgainstBare<Measured> = Readonly<Record<'bare' | 'rushes', Measured>>;

interface LiveRound {
  /** In the order of `APPENDS`. */
  readonly appends: readonly AgainstBare<Throughput>[];
  readonly speed: AgainstBare<Projected>;
  /** In the order of `RATES`. */
  readonly visible: readonly Visible[];
  /** In the order of `EPOCHS`. */
  readonly reads: readonly PointReads[];
  /** Fewest changed titles first. */
  readonly pages: readonly Pages[];
}

export interface LiveOptions {
  readonly titles: number;
  readonly events: number;
  readonly rounds: number;
  /** Of each measurement under load. */
  readonly seconds: number;
  readonly soakSeconds: number;
}

export interface LiveResult extends Omit<LiveOptions, 'rounds'> {
  /** ISO 8601. */
  readonly measuredAt: string;
  readonly commit: string;
  /** Movies that events are about. */
  readonly movies: number;
  readonly soakRate: number;
  readonly rounds: readonly LiveRound[];
  readonly soak: Visible;
  readonly runs: LoggedRounds;
}

type Tell = (text: string) => void;

/** @param folder an empty folder that the caller removes. */
export const measureLive = async (folder: string, options: LiveOptions, tell: Tell): Promise<LiveResult> => {
  const [imdb, base] = [join(folder, 'imdb'), join(folder, 'base')];
  const { commit } = surroundings();
  const movies = Math.min(MOVIES, Math.floor(options.titles / 2));
  tell(`live, ${options.titles} titles: writing files, publishing a version`);
  await measureInChild('write-sample.ts', [imdb, String(options.titles)]);
  await measureInChild('whole-run.ts', [imdb, base, 'whole']);

  const changed = CHANGED.filter((count) => count < options.titles);
  const filled = new Map<string, string>();
  for (const [what, count] of [
    ...EPOCHS.map((epochs) => ['epochs', epochs] as const),
    ...changed.map((titles) => ['changed', titles] as const),
  ]) {
    const data = await shareVersion(base, join(folder, `${what}-${count}`));
    if (count > 0)
      await measureInChild('live/scripts/fill.ts', [data, what, ...(what === 'epochs' ? [String(READ_MOVIES)] : []), String(count)]);
    filled.set(`${what}-${count}`, data);
  }

  const inFolder = async <T>(name: string, work: (data: string) => Promise<T>): Promise<T> => {
    const data = await shareVersion(base, join(folder, name));
    const result = await work(data);
    await rm(data, { recursive: true });
    return result;
  };
  const visible = (data: string, rate: number): Promise<Visible> =>
    measureInChild<Visible>('live/scripts/visible.ts', [data, ...[rate, options.seconds, WARM_UP_S, movies].map(String), 'latency']);
  const watchMemory = (data: string): Promise<Visible> => {
    const numbers = [SOAK_RATE, options.soakSeconds, Math.min(SOAK_WARM_UP_S, options.soakSeconds), Math.min(SOAK_MOVIES, movies)];
    return measureInChild<Visible>('live/scripts/visible.ts', [data, ...numbers.map(String), 'soak']);
  };

  const measureRound = (round: number): Promise<LiveRound> =>
    inFolder(`round-${round}`, async (data) => {
      const say = (text: string): void => tell(`live, round ${round} of ${options.rounds}: ${text}`);
      const appends: AgainstBare<Throughput>[] = [];
      let speed: AgainstBare<Projected> | undefined;
      for (const { name, perCall, callers } of APPENDS) {
        const append = (target: string, how: string): Promise<Throughput> =>
          measureInChild('live/scripts/append.ts', [target, how, ...[options.events, movies, perCall, callers].map(String), name]);
        const into = await shareVersion(base, join(data, name));
        const done = { bare: await append(into, 'bare'), rushes: await append(into, 'log') };
        appends.push(done);
        say(`events appended ${name}: ${perSecond(done.rushes)}/s, bare ${perSecond(done.bare)}/s`);
        if (speed === undefined) {
          // The speed layer's turn over the log that is there now.
          const rushes = await measureInChild<Projected>('live/scripts/project.ts', [into, 'speed']);
          speed = { rushes, bare: await measureInChild<Projected>('live/scripts/project.ts', [into, 'bare']) };
          say(`events projected: ${perSecond(speed.rushes)}/s, bare ${perSecond(speed.bare)}/s`);
        }
        await rm(into, { recursive: true });
      }
      if (speed === undefined) throw new Error('nothing was appended');
      const seen: Visible[] = [];
      for (const rate of RATES) {
        const into = await shareVersion(base, join(data, `rate-${rate}`));
        const one = await visible(into, rate);
        seen.push(one);
        say(`${rate} events/s visible after ${one.p50Ms.toFixed(1)} ms, p99 ${one.p99Ms.toFixed(1)} ms`);
      }
      const reads: PointReads[] = [];
      for (const epochs of EPOCHS)
        reads.push(
          await measureInChild('live/scripts/point-reads.ts', [filled.get(`epochs-${epochs}`) ?? '', ...[READ_MOVIES, READS].map(String)]),
        );
      say(
        `one movie by ${EPOCHS.join(', ')} epochs: ${reads.map(({ merged, batchOnly }) => (merged.meanMs / batchOnly.meanMs).toFixed(2)).join(', ')} × batch`,
      );
      const pages: Pages[] = [];
      for (const count of changed)
        pages.push(
          await measureInChild('live/scripts/pages.ts', [filled.get(`changed-${count}`) ?? '', ...[count, PAGE_READS].map(String)]),
        );
      say(`overlays of ${changed.join(', ')} titles ready after ${pages.map(({ readyMs }) => Math.round(readyMs)).join(', ')} ms`);
      return { appends, speed, visible: seen, reads, pages };
    });

  const rounds: LiveRound[] = [];
  for (let round = 1; round <= options.rounds; round++) rounds.push(await measureRound(round));
  tell(`live: ${options.soakSeconds} s of ${SOAK_RATE} events/s`);
  const soak = await inFolder('soak', watchMemory);
  const runs = await measureLoggedRuns(join(folder, 'runs'), { ...options, events: options.events * RUN_EVENTS, movies }, tell);
  return { ...options, measuredAt: new Date().toISOString(), commit, movies, soakRate: SOAK_RATE, rounds, soak, runs };
};

const perSecond = ({ events, ms }: Throughput): number => Math.round((events / ms) * 1000);
