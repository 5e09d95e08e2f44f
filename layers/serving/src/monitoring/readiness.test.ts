import type { Publication } from '@rushes/ports';
import { beforeEach, expect, test } from 'vitest';

import type { CurrentSnapshot } from '../merge/current-snapshot.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { createReadiness, type Readiness } from './readiness.ts';

const PATIENCE_MS = 5_000;
const GAP = { partition: 'movie.ratings/1', from: 1, to: 2, reason: 'expired' } as const;
const publication: Publication = {
  number: 1,
  version: 1,
  cut: {},
  cutAt: '2026-01-01T00:00:00.000Z',
  publishedAt: '2026-01-01T00:00:00.000Z',
  reason: 'run',
  manifest: 'manifest-1.json',
  views: {},
};

let nowMs = 0;
let isLeaving = false;
let lagMs: number | undefined = 0;
let snapshot: Pick<Snapshot, 'publication' | 'absent' | 'awaited'> | undefined;
let readiness: () => Readiness;

beforeEach(() => {
  nowMs = 1_000;
  isLeaving = false;
  lagMs = 0;
  snapshot = undefined;
  const snapshots = {
    peek: () => snapshot,
    newest: () => snapshot?.publication,
    trouble: () => undefined,
    eventLagMs: () => lagMs,
  } as unknown as CurrentSnapshot; // as: what is asked of them
  readiness = createReadiness({ snapshots, now: () => nowMs, elapsedMs: () => nowMs, isLeaving: () => isLeaving, patienceMs: PATIENCE_MS });
});

const serve = (of: Partial<Snapshot> = {}): void => void (snapshot = { publication, absent: [], awaited: [], ...of });

test('nothing published: not ready, and it says so', () => {
  expect(readiness()).toEqual({ status: 'unavailable', detail: 'nothing has been published yet' });
});

test('complete answers make it ready at once, and whatever they lack later, it stays so; until it is about to end', () => {
  serve();
  expect(readiness()).toEqual({ status: 'ok' });
  serve({ awaited: [GAP] });
  expect(readiness()).toEqual({ status: 'ok' });
  serve({ absent: ['credits'] });
  expect(readiness()).toEqual({ status: 'degraded', detail: 'views that cannot be read: credits' });
  isLeaving = true;
  expect(readiness()).toEqual({ status: 'unavailable', detail: 'this process is about to end' });
});

test.each([
  ['that lack events', { awaited: [GAP] }, 0],
  ['that are behind', {}, 60_000],
] as const)(
  'one that begins with answers %s waits for as long as it has patience, from its first answer on',
  (_what, answers, behindMs) => {
    nowMs += 10 * PATIENCE_MS;
    expect(readiness().status).toBe('unavailable');
    serve(answers);
    lagMs = behindMs;
    expect(readiness()).toEqual({ status: 'unavailable', detail: 'waits for events that answers do not show yet' });
    nowMs += PATIENCE_MS - 1;
    expect(readiness().status).toBe('unavailable');
    nowMs += 1;
    expect(readiness()).toEqual({ status: 'ok' });
  },
);

test('for views that are missing it waits without end', () => {
  serve({ absent: ['credits', 'people'] });
  expect(readiness().status).toBe('unavailable');
  nowMs += 100 * PATIENCE_MS;
  expect(readiness()).toEqual({ status: 'unavailable', detail: 'waits for a version with all views: credits, people cannot be read' });
  serve();
  expect(readiness()).toEqual({ status: 'ok' });
});

test('one that begins a little behind the log is ready once it has kept up for a while, and not while it falls back', () => {
  serve();
  lagMs = 300;
  const states: string[] = [];
  const look = (afterMs: number, lag: number): void => {
    nowMs += afterMs;
    lagMs = lag;
    states.push(readiness().status);
  };
  // Events come, and nobody projects them.
  for (const lag of [300, 550, 800, 1_050]) look(250, lag);
  look(250, 100);
  look(750, 200);
  expect(states).toEqual(Array.from({ length: 6 }, () => 'unavailable'));
  look(750, 400);
  expect(states.at(-1)).toBe('ok');
});

test('before answers were compared with the log, nobody knows whether they show all of it', () => {
  serve();
  lagMs = undefined;
  expect(readiness()).toEqual({ status: 'unavailable', detail: 'waits for events that answers do not show yet' });
  lagMs = 0;
  expect(readiness()).toEqual({ status: 'ok' });
});
