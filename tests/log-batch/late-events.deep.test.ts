/** The ledger of late events: which events are in it, with what they moved, and what a run takes over of the one before. That it is the same however runs cut the log is in the histories and in what retention leaves. */
import type { Manifest } from '@rushes/ports/manifest';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCase, type OpenedCase } from './opened-case.ts';
import { changed, observed, rated, recordOf, reviewed, type ToldEvent } from './told-events.ts';

let on: OpenedCase;
beforeEach(async () => {
  on = await openCase();
});
afterEach(() => on.close());

const LEDGER = 'ledger.late_events';

/** The log's clock at the beginning. */
const NEW_YEAR = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;
const at = (minutes: number): string => new Date(NEW_YEAR + minutes * MINUTE_MS).toISOString();

let told = 0;
/** Appends events so many minutes after the beginning. */
const tell = async (minutes: number, ...events: readonly ToldEvent[]): Promise<void> => {
  on.data.clock.nowMs = NEW_YEAR + minutes * MINUTE_MS;
  await on.append(...events.map((event) => recordOf(event, `event ${(told += 1)}`)));
};

test('an event is late from the moment on when its bucket has ended, for each width by itself; an observation behind a newer one; an edit never', async () => {
  await tell(1, rated(1, 8, at(1)));
  await tell(4.999, rated(1, 6, at(0)));
  await tell(5, rated(1, 4, at(4)));
  await tell(10, observed(2, 'imdb', 8, 100, at(9)), observed(2, 'tmdb', 7, 10, at(5)), observed(3, 'imdb', 6, 10, at(5)));
  // An equal time replaces.
  await tell(20, observed(2, 'imdb', 8.1, 101, at(9)), observed(2, 'imdb', 7.9, 99, at(8)));
  await tell(30, changed(1, 'posted', { title: 'New' }, at(0)), changed(1, 'posted', { title: 'Old' }, '2020-01-01T00:00:00Z'));
  await tell(60, rated(1, 2, at(7)));
  await on.data.run();
  const late = await on.late();
  const moves = late.map(({ view, late_ms, before, after }) => [view, late_ms, before, after]);
  const shown = { imdb: expect.objectContaining({ average_e3: 8100, votes: 101, at_ms: NEW_YEAR + 9 * MINUTE_MS }) };
  expect(moves.filter(([view]) => view === 'movie_ratings')).toEqual([['movie_ratings', MINUTE_MS, shown, shown]]);
  expect(moves.filter(([view]) => view !== 'movie_ratings')).toEqual([
    ['ratings_by_5m', 0, { count: 2, sum_tenths: 140 }, { count: 3, sum_tenths: 180 }],
    ['ratings_by_5m', 50 * MINUTE_MS, { count: 0, sum_tenths: 0 }, { count: 1, sum_tenths: 20 }],
    ['ratings_by_hour', 0, { count: 3, sum_tenths: 180 }, { count: 4, sum_tenths: 200 }],
  ]);
  expect(late).toEqual(await on.plainLate());
});

/** Late and early ones, about few movies, over two days. */
const HISTORY: readonly (readonly ToldEvent[])[] = Array.from({ length: 6 }, (_, step) => [
  rated(1, 1 + step, at(step * 600)),
  rated(1, 5, at((step % 3) * 500)),
  reviewed(2, step % 2 === 0 ? 'Good.' : 'Bad.', at(step * 300 - 700)),
  observed(1, 'imdb', 7, step, at(-(step % 3))),
]);
const tellStep = (step: number): Promise<void> => tell(step * 600, ...(HISTORY[step] ?? []));

type Table = Manifest['tables'][number];

/** Puts another manifest in the place of the current version's. */
const alter = async (change: (table: Table) => readonly Table[]): Promise<void> => {
  const current = await on.data.current();
  const other = { ...current, tables: current.tables.flatMap(change) };
  await on.data.stores.objects.put(`manifests/manifest-${current.version}.json`, new TextEncoder().encode(JSON.stringify(other)));
};

const isLedger = ({ name }: Table): boolean => name === LEDGER;

test('a run adds what came late, or shares the ledger; it makes it from all events where the version before has none, one by other rules, or other views, and where a file is lost', async () => {
  const ledger = async () => (await on.data.current()).tables.find(isLedger);
  await tellStep(0);
  await on.data.run();
  await tellStep(1);
  await on.data.run();
  expect(await on.late()).toEqual(await on.plainLate());
  const before = await ledger();
  expect(before?.files).toHaveLength(2);
  await tell(600, rated(1, 8, at(600)));
  const { steps } = await on.data.run();
  expect(steps.find(({ name }) => name === LEDGER)).toMatchObject({ reused: true });
  expect(await ledger()).toEqual(before);
  const changes: readonly (() => Promise<void>)[] = [
    () => alter((table) => (isLedger(table) ? [] : [table])),
    () => alter((table) => [isLedger(table) ? { ...table, rows: 0, files: [], derivation: 'late other' } : table]),
    () => alter((table) => [table.name === 'keyed.reviews_by_day' ? { ...table, derivation: 'other' } : table]),
    async () => on.data.stores.objects.delete(await on.keys('ledger/late_events/')),
  ];
  for (const [part, change] of changes.entries()) {
    await tellStep(part + 2);
    await change();
    await on.data.run();
    const late = await on.late();
    expect(late).toEqual(await on.plainLate());
    expect(late.length).toBeGreaterThan(before?.rows ?? 0);
  }
});
