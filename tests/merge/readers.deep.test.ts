/**
 * The promise while everything runs: events come, the speed layer projects, stops, begins anew and shares its partitions, batch runs publish or fail,
 * versions are rolled back, replicas restart, rows expire; and all the time readers ask. Afterwards every single answer is compared with a recompute over
 * exactly the events and dumps that it says it is made from.
 *
 * `RUSHES_TEST_DEPTH=deep RUSHES_READERS_MINUTES=30 npx vitest run tests/merge/readers.deep.test.ts` plays on from a random seed, or from `RUSHES_TEST_SEED`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { offsetAt, PARTITIONS, type Tconst, titleIdOf } from '@rushes/domain';
import { freshSeed, seeds } from '@rushes/ports/contracts/depth';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { writeCatalog } from '../batch/made-up-catalog.ts';
import { checkAnswers, type Checked } from './check-answers.ts';
import { followTopMovies, mirrorMovies } from './followers.ts';
import { heldWrongly, holdAnswers } from './held-answers.ts';
import { type LiveWorld, openLiveWorld } from './live-world.ts';
import { readHistory } from './log-history.ts';
import { DUMP_TIMES_MS, madeUpHistory } from './made-up-history.ts';
import { type PlainDump, readDump } from './plain-titles.ts';
import { type Asked, interned, positionOf, read } from './readers.ts';
import type { LoggedEvent } from './world.ts';

const TITLES = 24;
const TCONSTS = [1, 2, 3, 4, 5, 7, 24].map((n) => `tt${String(n).padStart(7, '0')}` as Tconst); // as: well-formed
const MOVIES = [...TCONSTS.map(titleIdOf), '00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b'];
/** A title that one of the dumps lacks. */
const LAST = `tt${String(TITLES + 1).padStart(7, '0')}` as Tconst; // as: well-formed
const READERS = [
  { roams: false, remembers: false, home: 0 },
  { roams: false, remembers: true, home: 1 },
  { roams: true, remembers: false, home: 0 },
];
const HOUR_MS = 3_600_000;

type BatchStep =
  | { readonly kind: 'run' | 'aborted run' | 'two runs'; readonly dump: number; readonly full: boolean }
  | { readonly kind: 'rollback' };
type LayerStep =
  | { readonly kind: 'join' | 'leave'; readonly member: 0 | 1 }
  | { readonly kind: 'restart'; readonly replica: 0 | 1 }
  | { readonly kind: 'fail'; readonly after: number }
  | { readonly kind: 'expire' }
  | { readonly kind: 'rest'; readonly ms: number };

const member = fc.constantFrom(0 as const, 1 as const);
const batchStep: fc.Arbitrary<BatchStep> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('run' as const), dump: fc.nat(2), full: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('aborted run' as const, 'two runs' as const), dump: fc.nat(2), full: fc.constant(false) }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'rollback' as const }) },
);
const layerStep: fc.Arbitrary<LayerStep> = fc.oneof(
  { weight: 7, arbitrary: fc.record({ kind: fc.constantFrom('join' as const, 'leave' as const), member }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('fail' as const), after: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restart' as const), replica: member }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'expire' as const }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('rest' as const), ms: fc.integer({ min: 50, max: 400 }) }) },
);
const history = fc.record({
  batch: fc.array(batchStep, { minLength: 4, maxLength: 6, size: 'max' }),
  layers: fc.array(layerStep, { minLength: 20, maxLength: 30, size: 'max' }),
  options: fc.record({
    batchRecords: fc.integer({ min: 1, max: 9 }),
    maxOverlayStates: fc.constantFrom(undefined, undefined, 60, 400),
    cached: fc.boolean(),
  }),
});

let folder: string;
let folders: readonly string[];
let dumps: readonly PlainDump[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rushes-readers-'));
  folders = await Promise.all([
    writeCatalog(join(folder, 'a'), { titles: TITLES, observedMs: DUMP_TIMES_MS[0] }),
    writeCatalog(join(folder, 'b'), {
      titles: TITLES + 1,
      votesOf: (n) => (n === 2 ? 4321 : (n * 37) % 2000),
      observedMs: DUMP_TIMES_MS[1],
    }),
    writeCatalog(join(folder, 'c'), { titles: TITLES, votesOf: (n) => (n * 41) % 1500, observedMs: DUMP_TIMES_MS[2] }),
  ]);
  dumps = folders.map(readDump);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const eventsOf = (seed: number): readonly LoggedEvent[] =>
  madeUpHistory(seed, MOVIES, 150).flatMap((step) => (step.kind === 'append' ? step.events : []));

/** Events without end: the last of them come again. */
const tell = async (world: LiveWorld, events: readonly LoggedEvent[], isOver: () => boolean): Promise<void> => {
  for (let n = 0; !isOver();) {
    const some = events.slice(n, n + 1 + (n % 5));
    n = (n + some.length) % events.length;
    const [first] = some;
    if (first !== undefined && n % 7 === 0) await world.post(first, n % 2);
    else await world.append(some);
    await sleep(10 + (n % 4) * 20);
  }
};

const runBatches = async (
  world: LiveWorld,
  steps: readonly BatchStep[],
  dumpCount: number,
  made: Map<number, PlainDump>,
): Promise<void> => {
  const run = async (at: number, how: { readonly full: boolean; readonly aborted: boolean }): Promise<void> => {
    const [imdb, dump] = [folders[at % dumpCount] ?? '', dumps[at % dumpCount]];
    const report = await world.run(imdb, how);
    if (report !== undefined && dump !== undefined) made.set(report.version, dump);
  };
  for (const step of steps) {
    if (step.kind === 'rollback') await world.rollback();
    else {
      const how = { full: step.full, aborted: step.kind === 'aborted run' };
      await Promise.all(step.kind === 'two runs' ? [run(step.dump, how), run(step.dump + 1, how)] : [run(step.dump, how)]);
    }
  }
};

const moveLayers = async (world: LiveWorld, steps: readonly LayerStep[], isOver: () => boolean): Promise<void> => {
  for (const step of steps) {
    if (isOver()) return;
    switch (step.kind) {
      case 'join':
        await world.join(step.member);
        break;
      case 'leave':
        await world.leave(step.member);
        break;
      case 'restart':
        await world.restart(step.replica);
        break;
      case 'fail':
        world.fail(step.after);
        break;
      case 'expire':
        world.pass(49 * HOUR_MS);
        break;
      case 'rest':
        await sleep(step.ms);
        break;
    }
    await sleep(100);
  }
};

/** Until both replicas have come to the end of the log, with nothing missing. */
const heal = async (world: LiveWorld): Promise<void> => {
  await world.join(0);
  const { log } = world.stores;
  const { next: ends } = await log.bounds();
  const isHealed = async (replica: number): Promise<boolean> => {
    const response = await world.replicas[replica]?.app.inject('/genres');
    const position = positionOf(response?.headers['rushes-position']?.toString());
    return (
      response?.headers['rushes-completeness'] === 'complete' &&
      PARTITIONS.every((partition) => offsetAt(ends, partition) <= (position?.[partition] ?? 0))
    );
  };
  for (const replica of world.replicas.keys()) await expect.poll(() => isHealed(replica), { interval: 50 }).toBe(true);
};

/** So often some events are told when nothing else happens any more. A full overlay would stand still: no run covers what it holds. */
const tellingsAfterAll = (maxOverlayStates = 1_200): number => Math.floor(maxOverlayStates / 40);

const play = async (seed: number): Promise<Checked> => {
  const [script] = fc.sample(history, { seed, numRuns: 1 });
  if (script === undefined) throw new Error('there is no history');
  const world = await openLiveWorld(script.options);
  const [answers, made] = [[] as Asked[], new Map<number, PlainDump>()];
  let isOver = false;
  const [over, textOf] = [() => isOver, interned()];
  const keep = (asked: Asked): void => void answers.push({ ...asked, body: textOf(asked.body) });
  try {
    await runBatches(world, [{ kind: 'run', dump: 0, full: false }], 1, made);
    await world.join(0);
    await Promise.all(world.replicas.map(({ app }) => app.snapshots.poll()));
    const about = { movies: [...MOVIES, titleIdOf(LAST)], tconsts: TCONSTS.map((one) => [titleIdOf(one), one] as const), seed };
    let isEnd = false;
    const end = (): boolean => isEnd;
    const mirror = mirrorMovies(world, about.movies, end);
    const lists = [0, 700].map((minVotes, n) => followTopMovies(world, { reader: READERS.length + n, minVotes }, end, keep));
    const following = Promise.all([mirror, ...lists].map(({ ended }) => ended));
    const work = [
      ...READERS.map((habits, reader) => read(world, reader, habits, about, over, keep)),
      tell(world, eventsOf(seed), over),
      moveLayers(world, script.layers, over),
    ];
    try {
      await Promise.race([runBatches(world, script.batch, folders.length, made), Promise.all(work)]);
    } finally {
      isOver = true;
      await Promise.all(work);
    }
    // A full overlay stands still until a run covers what it holds.
    await runBatches(world, [{ kind: 'run', dump: 0, full: false }], 1, made);
    isOver = false;
    const last = heal(world).finally(() => (isOver = true));
    await Promise.all([last, ...READERS.map((habits, reader) => read(world, reader, habits, about, over, keep))]);
    // What changes now is told as changes alone: no version comes any more.
    let told = 0;
    await tell(world, eventsOf(seed + 1), () => (told += 1) > tellingsAfterAll(script.options.maxOverlayStates));
    const wrong = await heldWrongly(world, mirror, about.movies);
    await holdAnswers(world, lists);
    isEnd = true;
    await following;
    const publications = await world.stores.views.listPublications(1000);
    const { violations, figures } = checkAnswers(answers, {
      history: await readHistory(world.stores.log),
      dumps: made,
      publications,
      movies: about.movies,
    });
    return { violations: [...wrong, ...violations], figures };
  } finally {
    await world.close();
  }
};

const ANSWERS_SHOWN = 3;
/** The first violations, what they happened in, and how much was looked at. */
const checked = async (seed: number) => {
  const { violations, figures } = await play(seed);
  const script = JSON.stringify(fc.sample(history, { seed, numRuns: 1 })[0]);
  const told = `seed ${seed}, ${violations.length} of ${figures.answers} answers, of ${script}`;
  return { violations: violations.slice(0, ANSWERS_SHOWN), told, figures };
};

const total: Record<string, number> = {};

test.each(seeds({ quick: [], deep: [2, 1004] }))(
  'every answer that is given while everything runs keeps the promise (seed %i)',
  async (seed) => {
    const { violations, told, figures } = await checked(seed);
    expect(violations, told).toEqual([]);
    for (const [name, count] of Object.entries(figures)) total[name] = (total[name] ?? 0) + count;
  },
);

test('and that says something: answers come from many positions, a good part of them whole, and some late', () => {
  // How many depends on how quick runs are: a history is over when its runs are. On servers everything takes longer than a run over few films.
  const [positions, some] = process.env['TEST_SERVICES'] === 'yes' ? [2, 0] : [20, 10];
  expect(total['positions']).toBeGreaterThan(positions);
  // On a machine with much other work more of them are late.
  expect(total['exact']).toBeGreaterThan(0.1 * (total['answers'] ?? 0));
  expect(total['unchanged']).toBeGreaterThan(some);
  expect(total['stale']).toBeGreaterThan(some);
});

const MINUTES = Number(process.env['RUSHES_READERS_MINUTES'] ?? 0);
test.runIf(MINUTES > 0)(
  `and goes on doing so for ${MINUTES} minutes`,
  async () => {
    const first = freshSeed();
    const end = performance.now() + MINUTES * 60_000;
    for (let seed = first; performance.now() < end; seed += 1) {
      const { violations, told, figures } = await checked(seed);
      expect(violations, told).toEqual([]);
      process.stdout.write(`seed ${seed}: ${JSON.stringify(figures)}\n`);
    }
  },
  MINUTES * 60_000 + 180_000,
);
