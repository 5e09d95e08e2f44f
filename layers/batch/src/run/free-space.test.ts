import { silentLogger } from '@rushes/runtime';
import { expect, test } from 'vitest';
import { requireSpace, spaceNeeded } from './free-space.ts';

const file = (bytes: number, isNew: boolean, compressed = true) => ({ bytes, compressed, isNew });
const GB = 1e9;
const room = (free: number, check: 'refuse' | 'warn' = 'refuse') =>
  requireSpace({
    needed: { files: [file(GB, true)], full: false, hasNewEvents: false },
    folders: ['lake', 'work'],
    check,
    freeBytes: async (folder) => (folder === 'work' ? free : 1e15),
    logger: silentLogger,
  });

test('what is new costs more than what is known, and a run without anything new next to nothing', () => {
  const all = spaceNeeded({ files: [file(GB, true), file(GB, true)], full: false, hasNewEvents: false });
  const one = spaceNeeded({ files: [file(GB, true), file(GB, false)], full: false, hasNewEvents: false });
  const none = spaceNeeded({ files: [file(GB, false), file(GB, false)], full: false, hasNewEvents: false });
  expect(all).toBeGreaterThan(one);
  expect(one).toBeGreaterThan(GB);
  expect(none).toBeLessThan(GB / 10);
  expect(spaceNeeded({ files: [file(GB, false), file(GB, false)], full: false, hasNewEvents: true })).toBeGreaterThan(GB);
  expect(spaceNeeded({ files: [file(GB, false), file(GB, false)], full: true, hasNewEvents: false })).toBeGreaterThan(GB);
});

test('a plain file counts as what it would be compressed', () => {
  expect(spaceNeeded({ files: [file(4.5 * GB, true, false)], full: false, hasNewEvents: false })).toBe(
    spaceNeeded({ files: [file(GB, true)], full: false, hasNewEvents: false }),
  );
});

test('too little in any folder stops the run, and says how much is needed, how much is there and what to do', async () => {
  const needed = spaceNeeded({ files: [file(GB, true)], full: false, hasNewEvents: false });
  await expect(room(needed)).resolves.toBeUndefined();
  await expect(room(needed - 1)).rejects.toMatchObject({
    message: expect.stringMatching(/^the run needs about [\d.]+ GB of free space, [\d.]+ GB are free in work$/),
    hint: expect.stringContaining('RUSHES_FREE_SPACE_CHECK=warn'),
  });
  await expect(room(needed - 1, 'warn')).resolves.toBeUndefined();
});
