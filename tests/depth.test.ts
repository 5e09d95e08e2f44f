/** A deep run plays only files that go deeper than a quick one, and finds them by what they import. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { atDepth, DEPTH, histories, replayCommand, SEED, seeds } from '@rushes/ports/contracts/depth';
import { expect, test } from 'vitest';

import { ROOT, workingTree } from './planted-copy.ts';

test('whoever asks for the depth is a contract, or a test file that says so itself', () => {
  const asking = workingTree().filter(
    (path) => path.endsWith('.ts') && /from '[^']*(contracts|\.)\/depth(\.ts)?'/.test(readFileSync(join(ROOT, path), 'utf8')),
  );
  expect(asking).toContain('tests/merge/histories.test.ts');
  expect(asking.filter((path) => !path.startsWith('libs/ports/contracts/') && !path.endsWith('.test.ts'))).toEqual([
    'tests/replayed-properties.ts',
  ]);
});

test('what stands beside contracts and is not looked for in deep runs knows no depth', () => {
  for (const name of ['read-log', 'awkward-log', 'round-trips', 'batch-view-store/films']) {
    const path = join(ROOT, 'libs/ports/contracts', `${name}.ts`);
    const imports = [...readFileSync(path, 'utf8').matchAll(/from '(\.[^']+)'/g)].map(([, from = '']) => from);
    expect(imports.filter((from) => !from.startsWith('../src/') && !from.startsWith('../../src/'))).toEqual([]);
  }
});

test('a depth chooses the number of histories; the seed that is set is the only one', () => {
  expect(histories({ quick: 2, deep: 9 }).numRuns).toBe({ quick: 2, deep: 9 }[DEPTH]);
  const fixed = atDepth({ quick: [1], deep: [1, 2] });
  const chosen = seeds({ quick: [1], deep: [1, 2] });
  expect(chosen.slice(0, -1)).toEqual(SEED === undefined ? fixed : []);
  expect(chosen.every(Number.isSafeInteger)).toBe(true);
  expect(replayCommand(7)).toContain('RUSHES_TEST_SEED=7 npx vitest run');
});
