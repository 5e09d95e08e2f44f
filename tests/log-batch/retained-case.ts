/** A log of many days with a run on each, and passes of retention over it. */
import { join } from 'node:path';
import { openSqliteSpeedStore } from '@rushes/adapters/sqlite-speed-store';
import { applyRetention, auditStores, type BatchStores, type RetentionOptions, type RetentionReport, verifyStores } from '@rushes/batch';
import type { Manifest } from '@rushes/ports/manifest';
import { silentLogger, silentProgress } from '@rushes/runtime';
import { expect } from 'vitest';
import { readEverything } from '../batch/test-data-folder.ts';
import { HOUR_MS, openCase, type OpenedCase } from './opened-case.ts';
import { contentOf } from './read-version.ts';
import { added, junk, observed, rated, recordOf, reviewed } from './told-events.ts';

export const DAY_MS = 24 * HOUR_MS;

export interface RetainedCase extends OpenedCase {
  /** A run now. */
  run(full?: boolean): Promise<Manifest>;
  /** Days with events, of which some are repeated, some are none, and some are late, and a run at the end of each. */
  days(count: number): Promise<void>;
  /** A pass with a day's retention and two kept versions. */
  retain(options?: Partial<RetentionOptions>, stores?: BatchStores): Promise<RetentionReport>;
  /** Number of files in the log's archive. */
  archived(): Promise<number>;
  /** A full run, an audit and a verification agree with what was published, and that with a plain fold of the whole log. */
  expectExact(): Promise<void>;
}

export const openRetainedCase = async (): Promise<RetainedCase> => {
  const on = await openCase();
  const { stores, clock, root } = on.data;
  // Files of the lake have the machine's time.
  clock.nowMs = Date.now();
  const workFolder = join(root, 'tmp');
  const context = {
    logger: silentLogger,
    progress: silentProgress,
    signal: new AbortController().signal,
    now: () => new Date(clock.nowMs),
  };
  let told = 0;

  const run = async (full = false): Promise<Manifest> => {
    expect(await on.data.run({ full, keepVersions: 2 }, stores, context.signal, context.now)).toMatchObject({ outcome: 'published' });
    return on.data.current();
  };
  const audit = async () => {
    const speed = await openSqliteSpeedStore(join(root, 'speed'));
    try {
      return await auditStores({ ...stores, speed }, { workFolder, memoryLimitMb: 128, threads: 1 }, context);
    } finally {
      await speed.close();
    }
  };
  return {
    ...on,
    run,
    async days(count) {
      for (let day = 0; day < count; day++) {
        clock.nowMs += DAY_MS;
        const at = context.now().toISOString();
        told += 1;
        await on.append(
          recordOf(rated(1 + (told % 3), 1 + (told % 10), at), `rating-${told}`),
          recordOf(reviewed(2, `Good, ${told} times`, at), `review-${told}`),
          recordOf(added(3, 'posted', `Title ${told}`, at), `added-${told}`),
          recordOf(rated(1, 5, at), `rating-${told - 1}`),
          recordOf(rated(1, 6, new Date(clock.nowMs - 36 * HOUR_MS).toISOString()), `late-${told}`),
          recordOf(observed(1, 'imdb', 7, told, new Date(clock.nowMs - (told % 2) * 2 * DAY_MS).toISOString()), `observed-${told}`),
          junk('movie.ratings', 1, `junk-${told}`),
        );
        await run();
      }
    },
    retain: (options = {}, others = stores) =>
      applyRetention(others, { bronzeDays: 1, keepVersions: 2, memoryLimitMb: 256, threads: 1, workFolder, ...options }, context),
    archived: async () => (await on.keys('bronze/log/movie.')).length,
    async expectExact() {
      const incremental = await on.data.current();
      expect(await on.told()).toEqual(await on.plain());
      expect(await on.late()).toEqual(await on.plainLate());
      const before = await readEverything(stores);
      const full = await run(true);
      expect(contentOf(full, 'keyed.')).toEqual(contentOf(incremental, 'keyed.'));
      expect(contentOf(full, 'gold.')).toEqual(contentOf(incremental, 'gold.'));
      expect(await readEverything(stores)).toEqual(before);
      expect(await on.told()).toEqual(await on.plain());
      expect(await on.late()).toEqual(await on.plainLate());
      const order = '"partition", "offset"';
      for (const table of ['silver.rating_events', 'silver.event_quarantine'])
        expect(await on.reader.rows(full, table, order)).toEqual(await on.reader.rows(incremental, table, order));
      const report = await audit();
      expect(report).toMatchObject({ differences: 0, damages: [], unread: [], redefined: [] });
      expect(report?.states).toBeGreaterThan(0);
      expect(report?.late_rows).toBeGreaterThan(0);
      expect(await verifyStores(stores, context)).toMatchObject({ damages: [] });
    },
  };
};
