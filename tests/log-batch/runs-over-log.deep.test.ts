/** What many runs make of the events in the log. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AT, HOUR_MS, openCase, type OpenedCase } from './opened-case.ts';
import { junk, rated, recordOf } from './told-events.ts';

let on: OpenedCase;
beforeEach(async () => {
  on = await openCase();
});
afterEach(() => on.close());

test('duplicates are told apart across runs, by the last occurrence, for 72 hours with a run a day', async () => {
  const again = recordOf(rated(1, 8, AT), 'the same');
  const counts: unknown[] = [];
  for (const waitHours of [0, 47, 2, 72, 73, 1]) {
    for (let left = waitHours; left > 0; left -= 24) {
      on.data.clock.nowMs += Math.min(24, left) * HOUR_MS;
      await on.data.run();
    }
    await on.append(again);
    await on.data.run();
    counts.push((await on.ratingsOf(1))?.['count']);
  }
  expect(counts).toEqual([1, 1, 1, 1, 2, 2]);
  expect(await on.told()).toEqual(await on.plain());
  await on.data.run({ full: true });
  expect((await on.data.current()).figures).toMatchObject({ 'events.movie.ratings.archived': 6, 'events.movie.ratings.duplicates': 4 });
});

test('a run that finds many small files writes them into one; rows and views stay what they were', async () => {
  const filesOf = async (name: string): Promise<number | undefined> =>
    (await on.data.current()).tables.find((table) => table.name === name)?.files.length;
  const counts: unknown[] = [];
  for (let n = 0; n < 14; n++) {
    await on.append(recordOf(rated(n % 3, 1 + (n % 10), AT), `${n}`), junk('movie.ratings', 1, `junk ${n}`));
    await on.data.run();
    counts.push(await filesOf('silver.rating_events'));
    if (counts.at(-1) !== 1) continue;
    const merged = await on.reader.rows(await on.data.current(), 'silver.rating_events');
    expect(merged).toEqual(await on.reader.rows(await on.data.current(), 'silver.rating_events', '"partition", "offset"'));
  }
  expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2]);
  expect(await filesOf('silver.event_quarantine')).toBe(2);
  expect(await on.told()).toEqual(await on.plain());
  const tables = ['silver.rating_events', 'silver.event_quarantine'];
  const rows = async () => Promise.all(tables.map(async (name) => on.reader.rows(await on.data.current(), name, '"partition", "offset"')));
  const before = await rows();
  expect(before.map(({ length }) => length)).toEqual([14, 14]);
  await on.data.run({ full: true });
  expect(await rows()).toEqual(before);
  expect([await filesOf('silver.rating_events'), await on.told()]).toEqual([1, await on.plain()]);
});
