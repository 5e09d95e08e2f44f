/** Ways to break what the speed layer writes. */
import type { Mutation } from './mutation.ts';

const SPEED = 'layers/speed/src';
const STORE = 'libs/adapters/src/sqlite-speed-store';
const FILTERS = 'libs/adapters/src/sqlite-duplicate-filters';
const WRITER_TESTS = ['layers/speed/src/plan-batches.test.ts', 'layers/speed/src/fold-batch.test.ts', 'layers/speed/test/projection'];
const MEMBER_TESTS = ['layers/speed/src/membership.test.ts', 'layers/speed/test/membership'];

export const SPEED_MUTATIONS: readonly Mutation[] = [
  {
    name: 'events that a state holds already are folded again',
    file: `${SPEED}/fold-batch.ts`,
    text: 'if (event.offset <= one.lastOffset) continue;',
    replacement: '',
    tests: WRITER_TESTS,
  },
  {
    name: 'the last event that a state holds is folded again',
    file: `${SPEED}/fold-batch.ts`,
    text: 'event.offset <= one.lastOffset',
    replacement: 'event.offset < one.lastOffset',
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
    text: 'rows: touched }',
    replacement: 'rows }',
    tests: [...WRITER_TESTS],
  },
  {
    name: 'the position is written before the rows',
    file: `${SPEED}/partition-writer.ts`,
    text: '    if (rows.length > 0)\n      await store.upsert(',
    replacement: '    await reach(to, batch);\n    if (rows.length > 0)\n      await store.upsert(',
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
    name: 'a claim takes a partition whatever fence was seen',
    file: `${STORE}/owners.ts`,
    text: ' WHERE fence = ?3`',
    replacement: '`',
    tests: [STORE],
  },
  {
    name: 'a former owner’s position is taken',
    file: `${STORE}/open-store.ts`,
    text: 'if (isOwner) work();',
    replacement: 'work();',
    tests: [STORE],
  },
  {
    name: 'a partition is claimed although its owner lives',
    file: `${SPEED}/membership.ts`,
    text: 'else if (isWanted && owner !== null && living.has(owner)) isWaiting = true;',
    replacement: '',
    tests: MEMBER_TESTS,
  },
  {
    name: 'a partition is released before its writer has ended',
    file: `${SPEED}/membership.ts`,
    text: 'changes.push(end(partition, holding.fence));',
    replacement: 'changes.push(end(partition, holding.fence), release(partition, holding.fence));',
    tests: MEMBER_TESTS,
  },
  {
    name: 'a renewal that is older than a claim undoes it',
    file: `${SPEED}/membership.ts`,
    text: "holding?.phase === 'claiming' || (holding?.phase === 'projecting' && fence <= holding.fence)",
    replacement: 'false',
    tests: MEMBER_TESTS,
  },
  {
    name: 'the lease is not renewed while writers end',
    file: `${SPEED}/run-membership.ts`,
    text: '    await sleep(leaseMs /',
    replacement:
      "    while ([...state.holdings.values()].some(({ phase }) => phase === 'ending')) await sleep(leaseMs, left.signal);\n    await sleep(leaseMs /",
    tests: MEMBER_TESTS,
  },
  {
    name: 'a member that waits for partitions asks as seldom as others',
    file: `${SPEED}/run-membership.ts`,
    text: 'state.isWaiting ? RENEWALS_WAITING : RENEWALS',
    replacement: 'RENEWALS / 2',
    tests: MEMBER_TESTS,
  },
  {
    name: 'coverage is written by whoever wants to',
    file: `${SPEED}/partition-writer.ts`,
    text: 'requireOwner(await store.putCoverage(next, fence));',
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
    name: 'after a renewal a writer stamps rows from the opening of the epoch',
    file: `${SPEED}/partition-writer.ts`,
    text: 'timed(row, current.baseUs)',
    replacement: 'timed(row, baseOf(batch.opening))',
    tests: WRITER_TESTS,
  },
  {
    name: 'a change record grows as large as its micro-batch',
    file: `${SPEED}/fold-batch.ts`,
    text: 'if (events.length < 2 ||',
    replacement: 'if (events.length >= 0 ||',
    tests: WRITER_TESTS,
  },
  {
    name: 'the states of a micro-batch are read one by one',
    file: `${SPEED}/row-cache.ts`,
    text: 'if (missing.length > 0) for (const row of await store.readRows(missing)) known.set(rowName(row), row);',
    replacement: 'for (const key of missing) for (const row of await store.readRows([key])) known.set(rowName(row), row);',
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
