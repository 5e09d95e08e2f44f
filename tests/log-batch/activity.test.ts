/** The rows of the view `activity` as runs carry them on: a few that changed beside many that did not, against all of them made anew. */
import { activity } from '@rushes/views';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openCase, type OpenedCase } from './opened-case.ts';
import { rated, recordOf, reviewed } from './told-events.ts';

const DAY_MS = 24 * 3_600_000;
const BEGIN_MS = Date.UTC(2025, 0, 1, 12, 7);
const DAYS = 40;

let on: OpenedCase;
beforeEach(async () => {
  on = await openCase();
});
afterEach(() => on.close());

const day = (n: number): string => new Date(BEGIN_MS + n * DAY_MS).toISOString();

const rowsNow = async () => {
  const view = (await on.data.current()).views.find(({ name }) => name === activity.name);
  const reader = await on.data.stores.views.open(view?.artefact ?? '');
  try {
    const rows = await reader.list({ where: [], sort: [], limit: 1000, documents: ['movies'] });
    return { built: view?.built, rows: rows.map(({ key, documents: [movies] }) => [key, JSON.parse(movies ?? '')] as const) };
  } finally {
    await reader.close();
  }
};

test('what changes in one bucket of each width changes their rows and no others', async () => {
  await on.append(...Array.from({ length: DAYS }, (_, n) => recordOf(rated(n % 3, 8, day(n)), `rating ${n}`)));
  await on.data.run();
  const before = new Map((await rowsNow()).rows);
  expect(before.size).toBe(3 * DAYS);

  await on.append(recordOf(rated(7, 5, day(2)), 'one more'), recordOf(reviewed(7, 'good', day(2)), 'a review'));
  await on.data.run();
  const carriedOn = await rowsNow();
  expect(carriedOn.built).toBe('changed rows');
  const changed = carriedOn.rows.filter(([key, movies]) => JSON.stringify(movies) !== JSON.stringify(before.get(key)));
  expect(changed.map(([key]) => key)).toEqual(['2025-01-03T00:00Z/day', '2025-01-03T12:00Z/hour', '2025-01-03T12:05Z/5m']);
  for (const [, movies] of changed)
    expect(movies.map(([, ...counts]: readonly unknown[]) => counts)).toEqual(
      expect.arrayContaining([
        [1, 80, 0, 0],
        [1, 50, 1, 4404],
      ]),
    );

  await on.data.run({ full: true });
  const anew = await rowsNow();
  expect([anew.built, anew.rows]).toEqual(['whole', carriedOn.rows]);
});
