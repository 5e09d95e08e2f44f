import { describe, expect, test } from 'vitest';

import { isLeftover, type Witness } from './temporary-files.ts';

const HOUR_MS = 3_600_000;
const nowMs = 100 * HOUR_MS;
const witness: Witness = {
  host: 'here',
  processId: 7,
  isWriting: (name) => name === '.a.here.7.mine.writing',
  isAlive: (processId) => processId === 7 || processId === 8,
  nowMs,
};

describe('what a dead writer left', () => {
  test.each([
    ['.a.here.9.x.writing', 0, true, 'its process is gone'],
    ['.a.here.8.x.writing', 1, false, 'its process is alive'],
    ['.a.here.8.x.writing', 25, true, 'nobody writes for a day: another process has the number'],
    ['.a.here.7.mine.writing', 1, false, 'this process is writing it'],
    ['.a.here.7.mine.writing', 25, false, 'this process is still writing it'],
    ['.a.here.7.other.writing', 1, true, 'this process has the number, but is not writing it'],
    ['.a.there.9.x.writing', 1, false, 'another host may be writing it'],
    ['.a.there.9.x.writing', 25, true, 'another host would have finished'],
    ['a.here.9.x.writing', 25, false, 'another kind of name'],
    ['.a.here.9.x.done', 25, false, 'another kind of name'],
    ['.a.9.x.writing', 25, false, 'another kind of name'],
  ])('%s after %i h: %s (%s)', (name, hours, left) => {
    expect(isLeftover(name, nowMs - hours * HOUR_MS, witness)).toBe(left);
  });
});
