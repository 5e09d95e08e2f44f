/** Ways to break what the speed layer writes. */
import type { Mutation } from './mutation.ts';

const SPEED = 'layers/speed/src';
const FILTERS = 'libs/adapters/src/sqlite-duplicate-filters';
const WRITER_TESTS = ['layers/speed/src/plan-batches.test.ts', 'layers/speed/src/fold-batch.test.ts', 'layers/speed/test/projection'];

export const SPEED_MUTATIONS: readonly Mutation[] = [
  {
    name: 'events that a state holds already are folded again',
    file: `${SPEED}/fold-batch.ts`,
    text: 'if (record.offset <= one.lastOffset) continue;',
    replacement: '',
    tests: WRITER_TESTS,
  },
  {
    name: 'the last event that a state holds is folded again',
    file: `${SPEED}/fold-batch.ts`,
    text: 'record.offset <= one.lastOffset',
    replacement: 'record.offset < one.lastOffset',
    tests: WRITER_TESTS,
  },
  {
    name: 'a barrier of the epoch that is open does not end it',
    file: `${SPEED}/plan-batches.ts`,
    text: 'barrier.number >= epoch;',
    replacement: 'barrier.number > epoch;',
    tests: WRITER_TESTS,
  },
  {
    name: 'a barrier that comes late goes back to an earlier epoch',
    file: `${SPEED}/plan-batches.ts`,
    text: 'barrier.number >= epoch;',
    replacement: 'barrier.number >= epoch - 3;',
    tests: WRITER_TESTS,
  },
  {
    name: 'a writer that begins in the middle knows no ids of before',
    file: `${SPEED}/begin-partition.ts`,
    text: "if (record.kind === 'event') filter.isDuplicate(record.id, record.appendedAtMs);",
    replacement: "if (record.kind === 'event') filter.passBarrier(record.appendedAtMs);",
    tests: WRITER_TESTS,
  },
  {
    name: 'a step of the clock counts in full for duplicates',
    file: 'libs/domain/src/events/duplicates.ts',
    text: 'nowMs += Math.min(appendedAtMs - highestMs, LONGEST_STEP_MS);',
    replacement: 'nowMs += appendedAtMs - highestMs;',
    tests: WRITER_TESTS,
  },
  {
    name: 'a state that held its events already is not told',
    file: `${SPEED}/partition-writer.ts`,
    text: 'rows: folded.touched }',
    replacement: 'rows: folded.rows }',
    tests: [...WRITER_TESTS],
  },
  {
    name: 'the position is written before the rows',
    file: `${SPEED}/partition-writer.ts`,
    text: '    if (folded.rows.length > 0) {\n',
    replacement: '    await reach(batch.to, batch);\n    if (folded.rows.length > 0) {\n',
    tests: WRITER_TESTS,
  },
  {
    name: 'a renewal of the open epoch goes beyond the writer',
    file: `${SPEED}/partition-writer.ts`,
    text: 'isOpen ? offset : undefined',
    replacement: 'undefined',
    tests: WRITER_TESTS,
  },
  {
    name: 'a new owner claims nothing',
    file: `${SPEED}/partition-writer.ts`,
    text: '  requireOwner(partition, await context.store.claim(partition, fence));\n',
    replacement: '',
    tests: WRITER_TESTS,
  },
  {
    name: 'coverage is written by whoever wants to',
    file: `${SPEED}/partition-writer.ts`,
    text: 'owning(await store.putCoverage(next, fence));',
    replacement: 'await store.putCoverage(next, 1e9);',
    tests: WRITER_TESTS,
  },
  {
    name: 'a renewal that broke off is begun again in place',
    file: `${SPEED}/renew-epoch.ts`,
    text: 'old.begun + 1',
    replacement: 'old.generation + 1',
    tests: WRITER_TESTS,
  },
  {
    name: 'a writer goes on after it failed',
    file: `${SPEED}/partition-writer.ts`,
    text: 'if (failure) throw failure.error;',
    replacement: '',
    tests: WRITER_TESTS,
  },
  {
    name: 'a renewal stamps rows from the opening of the epoch before',
    file: `${SPEED}/renew-epoch.ts`,
    text: '({ epoch, opening } = batch);',
    replacement: '({ epoch } = batch);',
    tests: WRITER_TESTS,
  },
  {
    name: 'a duplicate is told by whether its id is still there',
    file: `${FILTERS}/open-filters.ts`,
    text: 'return seenMs !== undefined && seenMs >= since;',
    replacement: 'return seenMs !== undefined;',
    tests: [FILTERS, ...WRITER_TESTS],
  },
  {
    name: 'ids are forgotten an hour too early',
    file: `${FILTERS}/open-filters.ts`,
    text: 'ids.forgetSome(since);',
    replacement: 'ids.forgetSome(since + 3_600_000);',
    tests: [FILTERS, ...WRITER_TESTS],
  },
  {
    name: 'a duplicate does not prolong the window of its id',
    file: `${FILTERS}/seen-ids.ts`,
    text: 'INSERT OR REPLACE',
    replacement: 'INSERT OR IGNORE',
    tests: [FILTERS, ...WRITER_TESTS],
  },
];
