/**
 * What is asked, and when. Lists are read now and then; of each day the films that changed are read page by page, each hour those that are new among them, and
 * once more when the day is over. Invariant: a page counts as done only when all of its films are in the log.
 */
import { TransientError } from '@rushes/runtime';

import type { TmdbApi } from './api.ts';
import { type ListPage, readPage, UnfitAnswerError } from '../films/film-facts.ts';
import type { PollBatch } from './poll-batch.ts';
import { dayOf } from './request-pace.ts';
import type { Backfill, ChangesCursor, TmdbState } from './tmdb-state.ts';
import { takeListed, type VisitFate, visitFilm } from './visit-film.ts';

export interface RoundsContext {
  readonly api: TmdbApi;
  readonly state: TmdbState;
  readonly batch: PollBatch;
  readonly language: string;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  /** Lists and the changes of these days are left to others. */
  readonly isBackfillAlone: boolean;
  readonly onFilm: (fate: VisitFate) => void;
  readonly onAppended: (done: { readonly events: number; readonly rejected: number }) => void;
}

export interface Rounds {
  /** Does what is due. `false`: nothing was. @throws what the API and the stores throw; what was appended before is kept. */
  step(): Promise<boolean>;
  /** Appends what was found so far. */
  keep(): Promise<void>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Films that are appended together at most. */
const CHUNK = 25;
/** Pages that are read of each list; each has 20 films. */
const LIST_PAGES = 5;
const LISTS: Readonly<Record<string, { readonly path: string; readonly everyMs: number }>> = {
  now_playing: { path: 'movie/now_playing', everyMs: HOUR_MS },
  popular: { path: 'movie/popular', everyMs: HOUR_MS },
  trending: { path: 'trending/movie/day', everyMs: HOUR_MS },
};
const CHANGES_EVERY_MS = HOUR_MS;
/** A film that a list names and that waits for an id of IMDb's is asked for again after so long. */
const WAITING_MS = DAY_MS;
/** A change just before midnight may be listed a little later. */
const SETTLED_MS = 600_000;
/** TMDB answers about changes of the last fourteen days at once; further back, day by day, as well. After so long a stop the films of lists and a backfill are left. */
const MOST_DAYS_BEHIND = 13;

const dayAfter = (day: string): string => dayOf(Date.parse(day) + DAY_MS);

export const createRounds = (context: RoundsContext): Rounds => {
  const { api, state, batch, language, nowMs, signal, isBackfillAlone } = context;

  const flush = async (): Promise<number> => {
    const done = await batch.flush();
    context.onAppended(done);
    return done.events;
  };
  const visit = async (id: number): Promise<number> => {
    context.onFilm(await visitFilm(context, id, signal));
    return batch.size >= CHUNK ? flush() : 0;
  };
  const page = async (path: string, query: Readonly<Record<string, string>>): Promise<ListPage> => {
    const answer = await api.get({ path, query }, signal);
    if (answer.kind !== 'found') throw new TransientError(`${api.location}${path} has no answer (${answer.kind})`);
    try {
      return readPage(answer.value);
    } catch (cause) {
      if (!(cause instanceof UnfitAnswerError)) throw cause;
      throw new TransientError(`the answer of ${api.location}${path} cannot be used`, { cause });
    }
  };

  const doubtful = async (): Promise<boolean> => {
    const ids = batch.doubtful;
    for (const id of ids) await visit(id);
    if (ids.length > 0) await flush();
    return ids.length > 0;
  };

  const readList = async (name: string, path: string): Promise<void> => {
    for (let number = 1, pages = 1; number <= Math.min(pages, LIST_PAGES); number++) {
      const { films, pages: all } = await page(path, { language, page: String(number) });
      pages = all;
      for (const film of films) {
        if (film.isAdult) continue;
        const known = await state.film(film.id);
        const isWaiting = known?.tconst === null && nowMs() - known.checkedAtMs >= WAITING_MS;
        if (isWaiting || !(await takeListed(context, film))) await visit(film.id);
      }
    }
    batch.set({ lists: { ...batch.cursor.lists, [name]: nowMs() } });
    await flush();
  };

  /** One page of a day's changes. @param sinceMs films that were asked for since are left out. @returns pages that the day has, and what became of these films. */
  const readChanges = async (day: string, number: number, sinceMs: number) => {
    const { films, pages } = await page('movie/changes', { start_date: day, end_date: dayAfter(day), page: String(number) });
    let [visited, events] = [0, 0];
    for (const { id, isAdult } of films) {
      if (isAdult || ((await state.film(id))?.checkedAtMs ?? 0) >= sinceMs) continue;
      events += await visit(id);
      visited += 1;
    }
    return { pages, visited, events };
  };

  const changesNow = (): ChangesCursor => {
    const today = dayOf(nowMs() - SETTLED_MS);
    const earliest = dayOf(nowMs() - MOST_DAYS_BEHIND * DAY_MS);
    const begun = (day: string): ChangesCursor => ({ day, page: 0, passAtMs: nowMs(), doneAtMs: batch.cursor.changes?.doneAtMs ?? null });
    const cursor = batch.cursor.changes ?? begun(today);
    return cursor.day < earliest ? begun(earliest) : cursor;
  };
  const changesDueMs = (): number => {
    const { day, page: done, passAtMs } = changesNow();
    const isFirst = batch.cursor.changes === undefined;
    return isFirst || done > 0 || day < dayOf(nowMs() - SETTLED_MS) ? 0 : passAtMs + CHANGES_EVERY_MS;
  };
  const stepChanges = async (): Promise<void> => {
    let cursor = changesNow();
    if (cursor.page === 0) cursor = { ...cursor, passAtMs: nowMs() };
    const { day, passAtMs } = cursor;
    // Films that were asked for since the day began are new enough, until it is over: then, what was asked for since it ended.
    const isOver = day < dayOf(passAtMs - SETTLED_MS);
    const { pages } = await readChanges(day, cursor.page + 1, isOver ? Date.parse(dayAfter(day)) : Date.parse(day));
    const isDone = cursor.page + 1 >= pages;
    const next: ChangesCursor = isDone
      ? { day: isOver ? dayAfter(day) : day, page: 0, passAtMs, doneAtMs: nowMs() }
      : { ...cursor, page: cursor.page + 1 };
    batch.set({ changes: next });
    await flush();
  };

  const stepBackfill = async (job: Backfill): Promise<void> => {
    const { pages, visited, events } = await readChanges(job.day, job.page + 1, job.requestedAtMs);
    const appended = events + (await flush());
    const isDayDone = job.page + 1 >= pages;
    const isDone = isDayDone && job.day >= job.to;
    const counted = { ...job, pages, films: job.films + visited, events: job.events + appended };
    const day = isDayDone && !isDone ? { day: dayAfter(job.day), page: 0, pages: 0 } : { page: job.page + 1 };
    await state.writeBackfill({ ...counted, ...day, endedAtMs: isDone ? nowMs() : null });
  };

  const dueList = () => Object.entries(LISTS).find(([name, { everyMs }]) => (batch.cursor.lists[name] ?? 0) + everyMs <= nowMs());

  return {
    async step() {
      if (await doubtful()) return true;
      const list = isBackfillAlone ? undefined : dueList();
      if (list !== undefined) {
        await readList(list[0], list[1].path);
        return true;
      }
      if (!isBackfillAlone && changesDueMs() <= nowMs()) {
        await stepChanges();
        return true;
      }
      const job = await state.readBackfill();
      if (job === undefined || job.endedAtMs !== null) return false;
      await stepBackfill(job);
      return true;
    },
    async keep() {
      await flush();
    },
  };
};
