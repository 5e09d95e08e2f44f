import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';

import { waitingReads } from './waiting-reads.ts';

/** A file that another process writes: its version, and how often it was looked at. */
const watchedFile = () => {
  const file = { version: 1, looks: 0 };
  const waits = waitingReads(() => {
    file.looks += 1;
    return file.version;
  });
  return { file, waits };
};

test('nothing is looked at while nobody waits, before or after', async () => {
  const { file, waits } = watchedFile();
  expect(await waits.until(3, 1_000, () => ['there'])).toEqual(['there']);
  expect(await waits.until(3, 0, () => [])).toEqual([]);
  await setTimeout(60);
  expect(file.looks).toBe(0);
  expect(await Promise.all([waits.until(3, 100, () => []), waits.until(4, 100, () => [])])).toEqual([[], []]);
  expect(file.looks).toBeGreaterThan(1);
  const { looks } = file;
  await setTimeout(60);
  expect(file.looks).toBe(looks);
});

const LONGER_THAN_TESTS_MS = 2_000_000_000;

test('what another process appended just before the wait began is found', async () => {
  const { waits } = watchedFile();
  let looks = 0;
  expect(await waits.until(3, LONGER_THAN_TESTS_MS, () => (++looks === 2 ? ['just before'] : []))).toEqual(['just before']);
});

test('waiters look again only when there may be something: a change by others, or growth of their partition', async () => {
  const { file, waits } = watchedFile();
  let looks = 0;
  let records: string[] = [];
  const waiting = waits.until(3, 60_000, () => {
    looks += 1;
    return records;
  });
  await setTimeout(60);
  waits.wake(new Set([1, 2, 4]));
  await setTimeout(60);
  expect(looks).toBe(2);
  file.version = 2;
  await setTimeout(100);
  expect(looks).toBeGreaterThan(2);
  records = ['new'];
  waits.wake(new Set([3]));
  expect(await waiting).toEqual(['new']);
});

test('an error of the file reaches who waits', async () => {
  let isBroken = false;
  const look = () => {
    if (isBroken) throw new Error('damaged');
    return [];
  };
  const waits = waitingReads(() => {
    look();
    return 1;
  });
  const waiting = waits.until(3, 60_000, look);
  isBroken = true;
  await expect(waiting).rejects.toThrow('damaged');
});
