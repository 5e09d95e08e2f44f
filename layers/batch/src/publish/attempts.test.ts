import { openLake } from '@rushes/lake';
import type { ObjectStore, Publication } from '@rushes/ports';
import { expect, test } from 'vitest';
import { memoryObjectStore } from '../../test/memory-object-store.ts';
import { openAttempts } from './attempts.ts';
import { claimVersion } from './claim.ts';
import { EXPIRY_MS } from './heartbeat.ts';
import { type RunOutcome, type RunReport, writeRunReport } from './run-record.ts';

const START_MS = Date.parse('2026-03-01T12:00:00Z');
const at = (ms: number): Date => new Date(START_MS + ms);
const NO_PUBLICATIONS = { listPublications: async (): Promise<readonly Publication[]> => [] };

const reportOf = (version: number, outcome: RunOutcome): RunReport => ({
  version,
  outcome,
  startedAt: at(version).toISOString(),
  finishedAt: at(version + 1).toISOString(),
  source: 'imdb',
  full: false,
  steps: [],
  validation: [],
  absent: [],
  rows: {},
});

/** A lake with runs that came to these ends, the oldest first, and how often its objects are asked for; a listing is one request. */
const lakeOf = async (outcomes: readonly RunOutcome[]) => {
  const objects = memoryObjectStore();
  const quiet = openLake(objects, '');
  for (const [n, outcome] of outcomes.entries()) {
    await claimVersion(quiet, n, 'imdb', at(n + 1), String(n));
    await writeRunReport(quiet, reportOf(n + 1, outcome));
  }
  const asked = { calls: 0 };
  const counting = new Proxy<ObjectStore>(objects, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        asked.calls += 1;
        return Reflect.apply(member, target, args);
      };
    },
  });
  return { quiet, lake: openLake(counting, ''), asked };
};

test('history goes back to the last run that published, and no further', async () => {
  const { lake } = await lakeOf(['published', 'published', 'failed', 'refused']);
  const attempts = openAttempts(lake, NO_PUBLICATIONS);
  expect((await attempts.recent(at(10))).map(({ version, outcome }) => [version, outcome])).toEqual([
    [4, 'refused'],
    [3, 'failed'],
    [2, 'published'],
  ]);
  expect((await attempts.reports()).map(({ version }) => version)).toEqual([4, 3, 2]);
});

test('a look takes few calls, also over many runs that failed: what ended is read once', async () => {
  const { lake, asked } = await lakeOf(['published', ...Array.from({ length: 40 }, (): RunOutcome => 'failed')]);
  const attempts = openAttempts(lake, NO_PUBLICATIONS);
  const first = await attempts.recent(at(100));
  expect(first).toHaveLength(41);
  expect(asked.calls).toBeLessThanOrEqual(45);
  asked.calls = 0;
  expect(await attempts.recent(at(101))).toEqual(first);
  expect(asked.calls).toBeLessThanOrEqual(5);
});

test('a run without a report is under way, then died, and its report is seen when it comes', async () => {
  const { lake, quiet, asked } = await lakeOf(['published']);
  const attempts = openAttempts(lake, NO_PUBLICATIONS);
  await claimVersion(quiet, 1, 'imdb', at(0), 'second');
  expect((await attempts.recent(at(0)))[0]).toMatchObject({ version: 2, outcome: 'running' });
  asked.calls = 0;
  expect((await attempts.recent(at(EXPIRY_MS)))[0]).toMatchObject({ version: 2, outcome: 'died', source: 'imdb' });
  expect(asked.calls).toBeLessThanOrEqual(6);
  await writeRunReport(quiet, reportOf(2, 'interrupted'));
  expect((await attempts.recent(at(EXPIRY_MS)))[0]).toMatchObject({ version: 2, outcome: 'interrupted' });
});

test('a run that died between its publication and its report did publish', async () => {
  const { lake, quiet } = await lakeOf([]);
  await claimVersion(quiet, 0, 'imdb', at(0), 'first');
  const publication = { number: 1, version: 1, manifest: '', views: {}, cut: {}, cutAt: '', publishedAt: '', reason: 'run' } as const;
  const attempts = openAttempts(lake, { listPublications: async () => [publication] });
  expect(await attempts.recent(at(2 * EXPIRY_MS))).toMatchObject([{ version: 1, outcome: 'published', startedAt: at(0).toISOString() }]);
});
