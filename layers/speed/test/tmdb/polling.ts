/** Polling over real embedded stores and the stand-in of TMDB, on a clock on which only sleeping takes time. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openFolderObjectStore } from '@rushes/adapters/folder-object-store';
import { openSqliteEventLog } from '@rushes/adapters/sqlite-event-log';
import { DEAD_LETTERS, duplicateFilter, type MovieEvent, PARTITIONS } from '@rushes/domain';
import type { EventLog, ObjectStore } from '@rushes/ports';
import { readLog } from '@rushes/ports/contracts/read-log';
import { createHttpApi, createRequestPace, openTmdbState, type RequestPace, type TmdbApi } from '@rushes/speed';

import { openPollBatch, type PollBatch } from '../../src/tmdb/poll-batch.ts';
import { createRounds, type Rounds } from '../../src/tmdb/poll-rounds.ts';
import { testClock, type TestClock } from '../test-clock.ts';
import { STAND_IN_KEY, type StandIn, type StandInFilm, startStandIn } from './stand-in.ts';

export const TODAY = '2026-01-02';

/** An event that counts: of those with one id, the first within the window. */
export interface Counted {
  readonly id: string;
  readonly event: MovieEvent;
}

export interface Polling {
  readonly standIn: StandIn;
  readonly clock: TestClock;
  readonly log: EventLog;
  readonly objects: ObjectStore;
  readonly api: TmdbApi;
  readonly pace: RequestPace;
  /** TMDB has these films, and lists them as changed today, and no others. */
  show(...films: readonly StandInFilm[]): void;
  /** TMDB says otherwise of a film. @param film as it was. */
  change(film: StandInFilm, to: Partial<StandInFilm>): void;
  /** A process that begins now. */
  begin(over?: { readonly log?: EventLog; readonly objects?: ObjectStore; readonly isOwner?: () => Promise<boolean> }): Promise<{
    readonly rounds: Rounds;
    readonly batch: PollBatch;
  }>;
  /** Begins a process and lets it do all that is due. */
  poll(): Promise<void>;
  /** Records of all partitions, duplicates too. */
  records(): Promise<readonly Counted[]>;
  /** The events that count, in the order of partitions and offsets. */
  events(): Promise<readonly Counted[]>;
  letters(): Promise<readonly { readonly reason: string; readonly event: string; readonly origin: { readonly address?: string } }[]>;
  close(): Promise<void>;
}

export const openPolling = async ({ perDay = 1_000_000 }: { readonly perDay?: number } = {}): Promise<Polling> => {
  const folder = await mkdtemp(join(tmpdir(), 'rushes-tmdb-'));
  const clock = testClock();
  const standIn = await startStandIn();
  const log = await openSqliteEventLog(join(folder, 'log.sqlite'), { now: clock.nowMs });
  const objects = await openFolderObjectStore(join(folder, 'lake'));
  const paced = () => createRequestPace({ perSecond: 4, perDay, clock });
  let pace = paced();
  const apiWith = (of: RequestPace): TmdbApi =>
    createHttpApi({ baseUrl: new URL(standIn.baseUrl), key: async () => STAND_IN_KEY, pace: of, clock, random: () => 0.5 });
  let api = apiWith(pace);

  const polling: Polling = {
    standIn,
    clock,
    log,
    objects,
    get api() {
      return api;
    },
    get pace() {
      return pace;
    },
    show(...films) {
      for (const film of films) standIn.films.set(film.id, film);
      standIn.changes.set(
        TODAY,
        films.map(({ id }) => id),
      );
    },
    change: (film, to) => void standIn.films.set(film.id, { ...film, ...to }),
    async begin(over = {}) {
      pace = paced();
      api = apiWith(pace);
      const state = openTmdbState(over.objects ?? objects);
      const isOwner = over.isOwner ?? (async () => true);
      const batch = await openPollBatch({ log: over.log ?? log, state, pace, isOwner, nowMs: clock.nowMs });
      const rounds = createRounds({
        api,
        state,
        batch,
        language: 'en-US',
        nowMs: clock.nowMs,
        signal: new AbortController().signal,
        isBackfillAlone: false,
        onFilm: () => {},
        onAppended: () => {},
      });
      return { rounds, batch };
    },
    async poll() {
      const { rounds } = await polling.begin();
      while (await rounds.step());
    },
    async records() {
      const all: Counted[] = [];
      for (const partition of PARTITIONS)
        for (const record of await readLog(log, partition))
          if (record.kind === 'event') all.push({ id: record.id, event: JSON.parse(record.value) as MovieEvent }); // as: admitted
      return all;
    },
    async events() {
      const all: Counted[] = [];
      for (const partition of PARTITIONS) {
        const filter = duplicateFilter();
        for (const record of await readLog(log, partition))
          if (record.kind === 'event' && !filter.isDuplicate(record.id, record.appendedAtMs))
            all.push({ id: record.id, event: JSON.parse(record.value) as MovieEvent }); // as: admitted
      }
      return all;
    },
    async letters() {
      const records = await readLog(log, DEAD_LETTERS);
      return records.flatMap((record) => (record.kind === 'event' ? [JSON.parse(record.value)] : [])); // a letter's own form
    },
    async close() {
      await standIn.close();
      await log.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return polling;
};

/** The types of events, with how often each occurs. */
export const counted = (events: readonly Counted[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { event } of events) counts[event.type] = (counts[event.type] ?? 0) + 1;
  return counts;
};
