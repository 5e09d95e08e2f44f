import { DEAD_LETTERS } from '@rushes/domain';
import { expect, test } from 'vitest';

import type { EventLog, EventRecord } from './event-log.ts';
import { countRecentLetters } from './recent-letters.ts';

const HOUR_MS = 3_600_000;
const letter = (offset: number, appendedAtMs: number, id = `letter ${offset}`): EventRecord => ({
  kind: 'event',
  offset,
  appendedAtMs,
  key: `letter ${offset}`,
  id,
  value: '',
});

/** The dead letters of a log that begins at offset 10. */
const logOf = (records: readonly EventRecord[]) =>
  ({
    bounds: async () => ({ earliest: { [DEAD_LETTERS]: 10 }, next: { [DEAD_LETTERS]: 10 + records.length } }),
    offsetsAtTime: async ({ [DEAD_LETTERS]: ms = 0 }) => ({
      [DEAD_LETTERS]: records.find(({ appendedAtMs }) => appendedAtMs >= ms)?.offset ?? 10 + records.length,
    }),
    range: async function* (_partition, from, to) {
      yield records.filter(({ offset }) => offset >= from && offset < to);
    },
  }) satisfies Pick<EventLog, 'bounds' | 'offsetsAtTime' | 'range'>;

test('dead letters of the last hour count, marks of those that were tried again do not', async () => {
  const log = logOf([letter(10, 0), letter(11, 1), letter(12, HOUR_MS, 'retry/letter 12/mark'), letter(13, HOUR_MS)]);
  expect(await countRecentLetters(log, HOUR_MS)).toBe(3);
  expect(await countRecentLetters(log, HOUR_MS + 1)).toBe(2);
  expect(await countRecentLetters(log, 3 * HOUR_MS)).toBe(0);
  expect(await countRecentLetters(logOf([]), 0)).toBe(0);
});

test('of very many the last thousand are looked at', async () => {
  expect(await countRecentLetters(logOf(Array.from({ length: 1_500 }, (_, n) => letter(10 + n, 5))), 5)).toBe(1_000);
});
