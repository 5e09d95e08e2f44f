import { expect, test } from 'vitest';
import { filesToMerge } from './merge-files.ts';

const MIB = 2 ** 20;

/** Sizes in MiB. */
const merged = (...sizes: readonly number[]): readonly number[] =>
  filesToMerge(sizes.map((mib) => ({ bytes: mib * MIB }))).map(({ bytes }) => bytes / MIB);
const small = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => 1 + n / 100);

test('twelve small files are left alone, thirteen become one', () => {
  expect(merged(...small(12))).toEqual([]);
  expect(merged(...small(13))).toEqual(small(13));
});

test('what was merged before is merged again as long as it is small', () => {
  expect(merged(127, ...small(11))).toEqual([]);
  expect(merged(127, ...small(12))).toEqual([127, ...small(12)]);
});

test('a large file and what lies before it stay as they are', () => {
  expect(merged(...small(20), 128, ...small(12))).toEqual([]);
  expect(merged(3, 200, 128, ...small(13))).toEqual(small(13));
});

test('however many runs there are, files are few and each row is rewritten seldom', () => {
  const year = 6 * 365;
  let files: { bytes: number }[] = [];
  let rewritten = 0;
  for (let run = 0; run < year; run++) {
    files.push({ bytes: 0.5 * MIB });
    const merging = filesToMerge(files);
    const bytes = merging.reduce((sum, file) => sum + file.bytes, 0);
    if (merging.length > 0) files = [...files.slice(0, files.length - merging.length), { bytes }];
    rewritten += bytes;
    expect(files.length).toBeLessThanOrEqual(12 + Math.ceil((run * 0.5) / 128));
  }
  expect(rewritten / (year * 0.5 * MIB)).toBeLessThan(13);
});
