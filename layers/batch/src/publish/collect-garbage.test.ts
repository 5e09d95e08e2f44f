import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteBatchViews } from '@rushes/adapters/sqlite-batch-views';
import { openLake } from '@rushes/lake';
import type { ArtefactLayout, ArtefactRow, BatchViewStore, Publication } from '@rushes/ports';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { memoryObjectStore } from '../../test/memory-object-store.ts';
import { collectGarbage, dropRetired } from './collect-garbage.ts';

const HOUR_MS = 3_600_000;
const layout: ArtefactLayout = { key: 'id', columns: {}, documents: [], lookups: [], sorts: [], filters: [] };
async function* oneRow(): AsyncGenerator<readonly ArtefactRow[]> {
  yield [['a']];
}

let folder: string;
let views: BatchViewStore;
let nowMs: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-garbage-'));
  nowMs = Date.parse('2026-03-01T12:00:00Z');
  views = await openSqliteBatchViews(folder, { now: () => nowMs });
});
afterEach(async () => {
  await views.close();
  await rm(folder, { recursive: true, force: true });
});

const publish = async (version: number, artefact: string): Promise<void> => {
  const [cutAt, publishedAt] = [new Date(nowMs).toISOString(), new Date(nowMs).toISOString()];
  const named = { films: { artefact, rows: 1 } };
  const publication: Publication = { number: version, version, manifest: '', views: named, cut: {}, cutAt, publishedAt, reason: 'run' };
  await views.build(artefact, layout, oneRow());
  expect(await views.insertPublication(publication)).toBe(true);
};
const collect = (keep: number) => collectGarbage(openLake(memoryObjectStore(), ''), views, keep, new Date(nowMs), []);
const drop = (keep: number) => dropRetired(views, keep, new AbortController().signal);

test('what only older versions name is retired by one run, and dropped by another after an hour', async () => {
  await publish(1, 'films-1');
  await publish(2, 'films-2');
  expect(await collect(1)).toMatchObject({ artefacts: 1 });
  expect(await views.listArtefacts()).toEqual(['films-2']);
  nowMs += HOUR_MS - 1;
  expect(await drop(1)).toBe(0);
  expect(await views.rowCount('films-1')).toBe(1);
  nowMs += 1;
  expect(await drop(1)).toBe(1);
  expect(await views.rowCount('films-1')).toBeUndefined();
  expect(await views.rowCount('films-2')).toBe(1);
});

test('an artefact that one run retires while another is about to publish it survives', async () => {
  await publish(1, 'films-1');
  await publish(2, 'films-2');
  // The other run shares what only version 1 has, publishes, and only then the first one retires it.
  await publish(3, 'films-1');
  await views.retire(['films-1']);
  nowMs += 2 * HOUR_MS;
  expect(await drop(1)).toBe(0);
  expect(await views.listArtefacts()).toEqual(['films-1', 'films-2']);
  expect(await views.rowCount('films-1')).toBe(1);
});

test('what a clock retired that was ahead counts from when a right one sees it', async () => {
  await publish(1, 'films-1');
  await publish(2, 'films-2');
  nowMs += 1000 * HOUR_MS;
  await collect(1);
  nowMs -= 1000 * HOUR_MS;
  expect(await drop(1)).toBe(0);
  nowMs += HOUR_MS;
  expect(await drop(1)).toBe(1);
});
