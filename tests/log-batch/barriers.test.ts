/** How a run cuts the log: barriers of others. */
import { archivedUpTo } from '@rushes/batch';
import { offsetAt, partitionOf } from '@rushes/domain';
import type { EventLog } from '@rushes/ports';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AT, openCase, type OpenedCase } from './opened-case.ts';
import { movieId, rated, recordOf } from './told-events.ts';

let on: OpenedCase;
beforeEach(async () => {
  on = await openCase();
});
afterEach(() => on.close());

test('a run behind a higher barrier is superseded, but what it read is archived, and the next run goes above', async () => {
  await on.append(recordOf(rated(1, 8, AT), 'a'));
  const log: EventLog = {
    ...on.data.stores.log,
    appendBarrier: async (number) => {
      await on.data.stores.log.appendBarrier(number + 5);
      await on.data.stores.log.appendBarrier(number);
    },
  };
  const report = await on.data.run({}, { ...on.data.stores, log });
  expect(report).toMatchObject({ version: 1, outcome: 'superseded' });
  expect(report.message).toContain('run 6 began meanwhile');
  expect(await on.data.stores.views.currentPublication()).toBeUndefined();
  const partition = partitionOf('movie.ratings', movieId(1));
  expect(offsetAt(await archivedUpTo(on.data.stores), partition)).toBe(2);
  expect(await on.data.run()).toMatchObject({ version: 7, outcome: 'published' });
  expect(await on.ratingsOf(1)).toMatchObject({ count: 1 });
});

test('so does one behind a run that read barriers alone', async () => {
  const log: EventLog = {
    ...on.data.stores.log,
    appendBarrier: async (number) => {
      await on.data.stores.log.appendBarrier(number + 5);
      await on.data.stores.log.appendBarrier(number);
    },
  };
  expect(await on.data.run({}, { ...on.data.stores, log })).toMatchObject({ version: 1, outcome: 'superseded' });
  expect(await on.data.run()).toMatchObject({ version: 7, outcome: 'published' });
});

test('the first barrier of the run counts, wherever its own append says it went', async () => {
  await on.append(recordOf(rated(1, 2, AT), 'before the barrier'));
  const log: EventLog = {
    ...on.data.stores.log,
    appendBarrier: async (number) => {
      await on.data.stores.log.appendBarrier(number);
      await on.append(recordOf(rated(1, 8, AT), 'behind the barrier'));
      await on.data.stores.log.appendBarrier(number);
      throw new Error('no answer came');
    },
  };
  expect((await on.data.run({}, { ...on.data.stores, log })).outcome).toBe('published');
  expect(await on.ratingsOf(1)).toMatchObject({ count: 1 });
  for (const full of [false, true]) {
    expect((await on.data.run({ full })).outcome).toBe('published');
    expect(await on.told()).toEqual(await on.plain());
  }
});

test('a lower barrier that comes late begins no epoch', async () => {
  await on.data.run();
  await on.data.run();
  await on.data.stores.log.appendBarrier(1);
  await on.append(recordOf(rated(1, 8, AT), 'a'));
  await on.data.run();
  expect(await on.reader.rows(await on.data.current(), 'silver.rating_events')).toMatchObject([{ epoch: 3 }]);
});

test('a barrier that is missing from a partition ends the run; the next one covers everything', async () => {
  await on.append(recordOf(rated(1, 8, AT), 'a'));
  const log: EventLog = { ...on.data.stores.log, appendBarrier: () => Promise.reject(new Error('the log is away')) };
  await expect(on.data.run({}, { ...on.data.stores, log })).rejects.toThrow('barrier 1 is not in movie.metadata/0');
  expect((await on.data.run()).version).toBe(2);
  expect(await on.told()).toEqual(await on.plain());
});
