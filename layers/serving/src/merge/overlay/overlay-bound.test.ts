/** What an overlay reads of the change records, and one that is full: exact at the position where it stopped, stale, and rid of it by the next publication. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openSqliteSpeedStore, type SqliteSpeedStore } from '@rushes/adapters/sqlite-speed-store';
import type { Publication } from '@rushes/ports';
import { emptyState, encodeState, foldEvent, movieRatings } from '@rushes/views';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { idOf, publish } from '../../../test/catalog.ts';
import { CATALOG } from '../../../test/films.ts';
import { memoryBatchViews } from '../../../test/memory-batch-views.ts';
import { openPublication } from '../snapshot.ts';
import { openOverlay } from './overlay.ts';

const HOUR_MS = 3_600_000;
const PARTITION = 'movie.ratings/0';

let folder: string;
let store: SqliteSpeedStore;
let fence: number;
let publication: Publication;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-bound-'));
  store = await openSqliteSpeedStore(join(folder, 'speed.sqlite'));
  fence = (await store.owners.claim(PARTITION, 'writer', 0)) ?? 0;
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

/** One rating of a film, as a writer leaves it behind: row, change record, position. */
const write = async (offset: number, tconst: string): Promise<void> => {
  const key = idOf(tconst);
  const event = { type: 'rating_given', movie_id: key, at_ms: 0, score_tenths: 50, offset, epoch: 1 };
  const state = encodeState(foldEvent(movieRatings, emptyState(movieRatings), event));
  const row = {
    view: movieRatings.storedName,
    key,
    epoch: 1,
    partition: PARTITION,
    generation: 0,
    state,
    lastOffset: offset,
    appendedAtMs: offset,
  } as const;
  await store.putCoverage(
    { partition: PARTITION, epoch: 1, generation: 0, from: 0, expiresAtMs: Date.now() + HOUR_MS, begun: 0, baseUs: 0 },
    fence,
  );
  await store.upsert([{ ...row, timestampUs: offset }], HOUR_MS);
  await store.appendChange(
    { partition: PARTITION, from: offset, to: offset + 1, epoch: 1, generation: 0, appendedAtMs: offset, rows: [row] },
    HOUR_MS,
  );
  await store.putPosition({ partition: PARTITION, offset: offset + 1, epoch: 1, opening: { offset: 0, appendedAtMs: 0 } }, fence);
};

const open = async (maxStates: number) => {
  const views = memoryBatchViews();
  publication = await publish(views, 1, 1, CATALOG);
  const opened = await openPublication(views, publication, () => {});
  return openOverlay(store, publication, opened.views, { maxStates });
};

test('it stays where it was when it is full, and what it shows is still exact', async () => {
  const overlay = await open(2);
  for (const [offset, tconst] of ['tt0000001', 'tt0000002', 'tt0000003'].entries()) {
    await write(offset, tconst);
    await overlay.advance();
  }
  expect([overlay.isFull(), overlay.size(), overlay.state().position[PARTITION]]).toEqual([true, 2, 2]);
  expect(overlay.state().titles.get(idOf('tt0000002'))).toBeDefined();
  expect(overlay.state().titles.get(idOf('tt0000003'))).toBeUndefined();
});

test('where the rows are too many from the beginning, it holds none of them, at the cut', async () => {
  for (const [offset, tconst] of ['tt0000001', 'tt0000002', 'tt0000003'].entries()) await write(offset, tconst);
  const overlay = await open(2);
  expect([overlay.isFull(), overlay.size(), overlay.state().titles.size, overlay.isReady()]).toEqual([true, 0, 0, true]);
  expect(overlay.state().position[PARTITION]).toBe(0);
  const roomy = await open(3);
  expect([roomy.size(), roomy.state().titles.size, roomy.state().position[PARTITION]]).toEqual([3, 3, 3]);
});

test('what was heard of is enough where that is asked for, else all that is there is read', async () => {
  const overlay = await open(10);
  const position = () => overlay.state().position[PARTITION];
  const { signal } = new AbortController();
  await write(0, 'tt0000001');
  expect(await overlay.hear(0, signal)).toBe(true);
  await write(1, 'tt0000002');
  expect([await overlay.advance(true), position()]).toEqual([true, 1]);
  expect(await overlay.hear(0, signal)).toBe(true);
  await write(2, 'tt0000003');
  expect([await overlay.advance(), position()]).toEqual([true, 3]);
  expect([await overlay.hear(0, signal), await overlay.advance(true), position()]).toEqual([false, false, 3]);
});
