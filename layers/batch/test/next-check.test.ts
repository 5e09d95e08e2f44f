import { expect, test } from 'vitest';

import { nextCheckAt } from '../src/upkeep/check-record.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const at = (ms: number): { readonly at: string } => ({ at: new Date(ms).toISOString() });

test.each([
  ['without a record the first interval begins', undefined, NOW_MS + 1_000],
  ['after the last one an interval passes', at(NOW_MS - 300), NOW_MS + 700],
  ['what was missed is due', at(NOW_MS - 5_000), NOW_MS - 4_000],
  ['a record of a clock that was ahead holds nothing up', at(NOW_MS + 60_000), NOW_MS],
])('%s', (_name, record, due) => {
  expect(nextCheckAt(record, 1_000, NOW_MS)).toBe(due);
});
