/**
 * The promise, on the real layers and stores: whatever runs, publications, rollbacks and restarts lie between the events, the answers equal those of a
 * fresh system that reads all events at once and computes everything in one full run, to the byte.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { titleIdOf, type Tconst } from '@rushes/domain';
import { seeds } from '@rushes/ports/contracts/depth';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { writeCatalog } from '../batch/made-up-catalog.ts';
import { answersOf } from './answers.ts';
import { DUMP_TIMES_MS, type HistoryStep, madeUpHistory } from './made-up-history.ts';
import { type LoggedEvent, openWorld, type World } from './world.ts';

const TITLES = 24;
const MOVIES = [
  ...[1, 2, 3, 4, 5, 7, 24].map((n) => titleIdOf(`tt${String(n).padStart(7, '0')}` as Tconst)), // as: well-formed
  '00000000-0000-4000-8000-00000000000a',
  '00000000-0000-4000-8000-00000000000b',
];

let folder: string;
let dumps: readonly string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-histories-'));
  dumps = await Promise.all([
    writeCatalog(join(folder, 'a'), { titles: TITLES, observedMs: DUMP_TIMES_MS[0] }),
    // One title more, one title's votes changed.
    writeCatalog(join(folder, 'b'), {
      titles: TITLES + 1,
      votesOf: (n) => (n === 2 ? 4321 : (n * 37) % 2000),
      observedMs: DUMP_TIMES_MS[1],
    }),
    writeCatalog(join(folder, 'c'), { titles: TITLES, votesOf: (n) => (n * 41) % 1500, observedMs: DUMP_TIMES_MS[2] }),
  ]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Played {
  readonly events: readonly LoggedEvent[];
  /** The dump of the version that is published in the end; `undefined` if none is. */
  readonly dump: string | undefined;
}

const play = async (world: World, steps: readonly HistoryStep[]): Promise<Played> => {
  const events: LoggedEvent[] = [];
  const dumpOf = new Map<number, string>();
  for (const step of steps) {
    switch (step.kind) {
      case 'append':
        await world.append(step.events);
        events.push(...step.events);
        break;
      case 'run': {
        const dump = dumps[step.dump] ?? '';
        const report = await world.run(dump, { full: step.full });
        if (report.outcome === 'published') dumpOf.set(report.version, dump);
        break;
      }
      case 'aborted run': {
        // After its barrier, before anything else: the next one has to fold two epochs.
        const aborted = new AbortController();
        const { log } = world.stores;
        const cutting = log.appendBarrier.bind(log);
        log.appendBarrier = async (number) => {
          await cutting(number);
          aborted.abort();
        };
        await world.run(dumps[step.dump] ?? '', { signal: aborted.signal }).catch(() => undefined);
        log.appendBarrier = cutting;
        break;
      }
      case 'rollback':
        await world.rollback().catch(() => undefined); // nothing to roll back to, yet
        break;
      case 'restart speed':
        await world.restartSpeed();
        break;
      case 'restart serving':
        await world.restartServing();
        break;
    }
  }
  const published = await world.stores.views.currentPublication();
  return { events, dump: published && dumpOf.get(published.version) };
};

test.each(seeds({ quick: [], deep: [1, 5] }))('a history and its full recompute answer alike (seed %i)', async (seed) => {
  const world = await openWorld();
  const recomputed = await openWorld();
  try {
    const steps: readonly HistoryStep[] = [{ kind: 'run', dump: 0, full: false }, ...madeUpHistory(seed, MOVIES, 22)];
    const { events, dump } = await play(world, steps);
    await world.settle();
    expect(world.trouble()).toBeUndefined();
    const merged = await answersOf(world, MOVIES);

    if (events.length > 0) await recomputed.append(events);
    expect((await recomputed.run(dump ?? '', { full: true })).outcome).toBe('published');
    await recomputed.settle();
    const whole = await answersOf(recomputed, MOVIES);
    const different = Object.keys(merged).filter((path) => JSON.stringify(merged[path]) !== JSON.stringify(whole[path]));
    expect(different.map((path) => [path, merged[path]])).toEqual(different.map((path) => [path, whole[path]]));
    expect(different).toEqual([]);
    for (const path of ['/movies', `/movies/${MOVIES[0]}`]) {
      const { meta } = JSON.parse((await world.get(path)).body) as { readonly meta: { readonly completeness: string } }; // as: the envelope
      expect(meta.completeness).toBe('complete');
    }
  } finally {
    await world.close();
    await recomputed.close();
  }
});
