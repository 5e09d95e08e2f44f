/**
 * Random histories of a log and its runs: events, retries, time that passes, barriers that runs left behind or that come late, runs that die after their
 * barrier, rollbacks. Whatever came before, a version says of the log what a plain fold of all of it says, and computing everything anew gives the same bytes.
 */
import { rollback } from '@rushes/batch';
import { PARTITIONS } from '@rushes/domain';
import type { Manifest } from '@rushes/ports/manifest';
import type { EventLog, NewRecord } from '@rushes/ports';
import { histories } from '@rushes/ports/contracts/depth';
import { highestBarrier, readLog } from '@rushes/ports/contracts/read-log';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LoggedFolder, openLoggedFolder } from './logged-folder.ts';
import { plainFold } from './plain-fold.ts';
import { plainLate } from './plain-late.ts';
import { readEverything } from '../batch/test-data-folder.ts';
import { contentOf, openVersionReader, type VersionReader } from './read-version.ts';
import { added, changed, changedMore, junk, linked, observed, rated, recordOf, reviewed, type ToldEvent } from './told-events.ts';

const HOUR_MS = 3_600_000;

const movie = fc.integer({ min: 1, max: 4 });
const score = fc.integer({ min: 2, max: 20 }).map((halves) => halves / 2);
/** Event times lie around the first append, in no order. */
const at = fc.integer({ min: 0, max: 30 }).map((step) => new Date(Date.UTC(2025, 11, 31) + step * 3_000_000).toISOString());
const source = fc.constantFrom('posted' as const, 'tmdb' as const);
const text = fc.constantFrom(
  'I love it!',
  'Awful: a "waste"\tof time.\nNever again :(',
  'A film.',
  '\\N',
  'not bad \u0000 \u001e\ud83d\ude00',
);
const event: fc.Arbitrary<ToldEvent> = fc.oneof(
  fc.tuple(movie, score, at).map((given) => rated(...given)),
  fc.tuple(movie, score, at).map((given) => rated(...given)),
  fc.tuple(movie, fc.constantFrom('imdb' as const, 'tmdb' as const), score, fc.nat(1000), at).map((given) => observed(...given)),
  fc.tuple(movie, text, at).map((given) => reviewed(...given)),
  fc
    .tuple(movie, source, fc.record({ title: fc.constantFrom('A', 'B'), year: fc.constantFrom(1990, null) }), at)
    .map((given) => changed(...given)),
  fc
    .tuple(
      movie,
      source,
      fc.record({
        budget: fc.constantFrom(null, { cents: 1_999, currency: 'USD' }),
        revenue: fc.constantFrom(null, { cents: 10 ** 14, currency: 'USD' }),
        keywords: fc.constantFrom([], ['heist', 'sea, "x"']),
      }),
      at,
    )
    .map((given) => changedMore(...given)),
  fc.tuple(movie, fc.constantFrom(null, 278, 279), at).map((given) => linked(...given)),
  fc.tuple(movie, source, fc.constantFrom('C', 'D'), at).map((given) => added(...given)),
);

type Step =
  | { readonly do: 'append'; readonly events: readonly ToldEvent[] }
  | { readonly do: 'repeat'; readonly back: number }
  | { readonly do: 'junk'; readonly movie: number }
  | { readonly do: 'wait'; readonly hours: number }
  | { readonly do: 'late barrier' | 'stray barrier' | 'run' | 'full run' | 'dying run' | 'rollback' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.array(event, { minLength: 1, maxLength: 6 }).map((events) => ({ do: 'append' as const, events })) },
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 20 }).map((back) => ({ do: 'repeat' as const, back })) },
  { weight: 1, arbitrary: movie.map((n) => ({ do: 'junk' as const, movie: n })) },
  { weight: 3, arbitrary: fc.constantFrom(1, 20, 47, 48, 49).map((hours) => ({ do: 'wait' as const, hours })) },
  ...(['late barrier', 'stray barrier', 'rollback', 'dying run', 'full run'] as const).map((name) => ({
    weight: 1,
    arbitrary: fc.constant({ do: name }),
  })),
  { weight: 3, arbitrary: fc.constant({ do: 'run' as const }) },
);

/** A version, and every row of its served views. */
interface Looked {
  readonly manifest: Manifest;
  readonly views: Readonly<Record<string, readonly unknown[]>>;
}
const look = async (data: LoggedFolder): Promise<Looked> => ({ manifest: await data.current(), views: await readEverything(data.stores) });

/** Lives through a history and checks every version on the way. Returns the last version, and one that was made of nothing but archive and dumps. */
const live = async (data: LoggedFolder, reader: VersionReader, steps: readonly Step[]): Promise<readonly [Looked, Looked]> => {
  const told: NewRecord[] = [];
  const append = async (records: readonly NewRecord[]): Promise<void> => {
    await data.stores.log.append(records);
    told.push(...records);
  };
  const check = async (full: boolean): Promise<void> => {
    const report = await data.run({ full });
    expect(report).toMatchObject({ outcome: 'published' });
    const manifest = await data.manifest(report.version);
    const { views, counted, ...counts } = await plainFold(data.stores.log, manifest.cut);
    expect(await reader.keyed(manifest)).toEqual(views);
    expect(await reader.late(manifest)).toEqual(plainLate(counted));
    const { figures, tables } = manifest;
    const sum = (what: string): number =>
      Object.entries(figures).reduce((all, [name, n]) => (name.startsWith('events.') && name.endsWith(what) ? all + n : all), 0);
    expect({
      archived: sum('archived'),
      duplicates: sum('duplicates'),
      quarantined: tables.find(({ name }) => name === 'silver.event_quarantine')?.rows,
      typed: tables.reduce((all, { name, rows }) => (/^silver\.(metadata|rating|review)_events$/.test(name) ? all + rows : all), 0),
    }).toEqual(counts);
  };
  for (const one of steps) {
    switch (one.do) {
      case 'append':
        await append(one.events.map((each, n) => recordOf(each, `id-${told.length + n}`)));
        break;
      case 'repeat': {
        const again = told.at(-one.back);
        if (again) await append([again]);
        break;
      }
      case 'junk':
        await append([junk('movie.ratings', one.movie, `junk-${told.length}`)]);
        break;
      case 'wait':
        data.clock.nowMs += one.hours * HOUR_MS;
        break;
      case 'late barrier':
        await data.stores.log.appendBarrier(1);
        break;
      case 'stray barrier':
        await data.stores.log.appendBarrier((await highestBarrier(data.stores.log)) + 1);
        break;
      case 'dying run':
        expect((await dyingRun(data)).outcome).toBe('interrupted');
        break;
      case 'rollback':
        await rollback(data.stores, undefined).catch(() => undefined); // where there is none to go back to
        break;
      case 'run':
      case 'full run':
        await check(one.do === 'full run');
    }
  }
  // A run with the number of a barrier that stands already is cut there: only one with a number of its own covers everything.
  const standing = await highestBarrier(data.stores.log);
  do await check(false);
  while ((await data.current()).version <= standing);
  // Read before the full run, which builds the artefacts of the same names anew.
  const incremental = await look(data);
  await check(true);
  return [incremental, await look(data)];
};

/** A run that ends once its barrier stands. */
const dyingRun = (data: LoggedFolder) => {
  const stop = new AbortController();
  const log: EventLog = {
    ...data.stores.log,
    appendBarrier: async (number) => {
      await data.stores.log.appendBarrier(number);
      stop.abort();
    },
  };
  return data.run({}, { ...data.stores, log }, stop.signal);
};

test('a version says what a plain fold of the log says, whatever happened before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 12, maxLength: 18 }), async (steps) => {
      const data = await openLoggedFolder();
      const reader = await openVersionReader(data.stores.objects, data.root);
      try {
        const [incremental, anew] = await live(data, reader, steps);
        for (const layer of ['keyed.', 'gold.']) expect(contentOf(anew.manifest, layer)).toEqual(contentOf(incremental.manifest, layer));
        expect(anew.views).toEqual(incremental.views);
        expect(anew.manifest.views.every(({ built }) => built === 'whole')).toBe(true);
      } finally {
        await reader.close();
        await data.close();
      }
    }),
    { ...histories({ quick: 1, deep: 6 }), endOnFailure: true },
  );
});

test('every partition is cut at the barrier, also one without events', async () => {
  const data = await openLoggedFolder();
  try {
    await data.stores.log.append([recordOf(rated(1, 5, '2026-01-01T00:00:00Z'), 'a')]);
    const { version } = await data.run();
    expect(Object.keys((await data.manifest(version)).cut).toSorted()).toEqual([...PARTITIONS].toSorted());
    expect((await data.stores.views.currentPublication())?.cut).toEqual((await data.manifest(version)).cut);
    for (const partition of PARTITIONS) {
      const cut = (await data.current()).cut[partition] ?? -1;
      const [record] = await readLog(data.stores.log, partition, cut, cut + 1);
      expect(record).toMatchObject({ kind: 'barrier', number: version });
    }
  } finally {
    await data.close();
  }
});
