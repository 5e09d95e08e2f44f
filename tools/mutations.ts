/**
 * Small ways to break the merge, each with the tests that have to notice it. Invariant: the text to be replaced stands in the file exactly once, so the
 * list cannot outlive the code that it is about.
 */
export interface Mutation {
  /** What goes wrong. */
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly replacement: string;
  /** Test files of which at least one has to fail. */
  readonly tests: readonly string[];
}

const SPEED = 'layers/speed/src';
const OVERLAY = 'layers/serving/src/overlay';
const BATCH_LOG = 'layers/batch/src/log';

const WRITER_TESTS = ['layers/speed/src/plan-batches.test.ts', 'layers/speed/src/fold-batch.test.ts', 'layers/speed/test/projection'];
const OVERLAY_TESTS = [
  'layers/serving/src/overlay/changed-rows.test.ts',
  'layers/serving/test/overlay.test.ts',
  'layers/serving/test/overlay-histories.test.ts',
];
const RUN_TESTS = ['tests/log-batch/runs-over-log.test.ts'];

export const MUTATIONS: readonly Mutation[] = [
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
    text: 'if (offset <= earliest || next <= earliest) return filter;',
    replacement: 'if (offset >= 0) return filter;',
    tests: WRITER_TESTS,
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
    text: '  owning(await store.claim(partition, fence));\n',
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
    name: 'an id makes duplicates for ever',
    file: 'libs/domain/src/events/duplicates.ts',
    text: 'if (seenMs >= now - DUPLICATE_WINDOW_MS) break;',
    replacement: 'if (seenMs <= now) break;',
    tests: WRITER_TESTS,
  },
  {
    name: 'a duplicate does not prolong the window of its id',
    file: 'libs/domain/src/events/duplicates.ts',
    text: '      const known = lastSeen.delete(id);\n',
    replacement: '      if (lastSeen.has(id)) return true;\n      const known = false;\n',
    tests: WRITER_TESTS,
  },
  {
    name: 'an epoch that the version covers is added again',
    file: `${OVERLAY}/overlay.ts`,
    text: 'const covered = coveredEpoch(publication);',
    replacement: 'const covered = coveredEpoch(publication) - 1;',
    tests: OVERLAY_TESTS,
  },
  {
    name: 'the first epoch after the cut is skipped',
    file: `${OVERLAY}/overlay.ts`,
    text: 'const covered = coveredEpoch(publication);',
    replacement: 'const covered = coveredEpoch(publication) + 1;',
    tests: OVERLAY_TESTS,
  },
  {
    name: 'a version without a log covers epochs',
    file: 'libs/ports/src/batch-view-store.ts',
    text: 'Object.keys(cut).length === 0 ? 0 : version;',
    replacement: 'Object.keys(cut).length === 0 ? 1 : version;',
    tests: OVERLAY_TESTS,
  },
  {
    name: 'rows are shown before the change record that tells of them',
    file: `${OVERLAY}/overlay.ts`,
    text: 'isReady = (): boolean => [...reached]',
    replacement: 'isReady = (): boolean => true || [...reached]',
    tests: OVERLAY_TESTS,
  },
  {
    name: 'a hole in the change records is passed over',
    file: `${OVERLAY}/overlay.ts`,
    text: 'if (change.from > (position.get(partition) ?? 0))',
    replacement: 'if (change.from < 0)',
    tests: OVERLAY_TESTS,
  },
  {
    name: 'one topic is not followed',
    file: `${OVERLAY}/overlay.ts`,
    text: 'for (const partition of PARTITIONS) if (await follow(partition)) any = true;',
    replacement: "for (const partition of PARTITIONS) if (topicOf(partition) !== 'movie.reviews' && (await follow(partition))) any = true;",
    tests: OVERLAY_TESTS,
  },
  {
    name: 'the older of two states stays',
    file: `${OVERLAY}/epoch-states.ts`,
    text: 'before.lastOffset >= row.lastOffset',
    replacement: 'before.lastOffset <= row.lastOffset',
    tests: OVERLAY_TESTS,
  },
  {
    name: 'of several epochs only the last counts',
    file: `${OVERLAY}/epoch-states.ts`,
    text: 'found.reduce<unknown>(',
    replacement: 'found.slice(-1).reduce<unknown>(',
    tests: OVERLAY_TESTS,
  },
  {
    name: 'ratings of the version are forgotten where there are new ones',
    file: `${OVERLAY}/change-titles.ts`,
    text: 'mergeStates(movieRatings, inputs.ratings, ratings)',
    replacement: 'ratings',
    tests: OVERLAY_TESTS,
  },
  {
    name: 'reviews of the version are forgotten where there are new ones',
    file: `${OVERLAY}/change-reviews.ts`,
    text: 'mergeStates(movieReviews, batchReviews(before), added)',
    replacement: 'added',
    tests: OVERLAY_TESTS,
  },
  {
    name: 'an hour that both layers know is counted in one',
    file: `${OVERLAY}/change-reviews.ts`,
    text: 'known === undefined ? state : mergeStates(view, stateOf(known), state)',
    replacement: 'state',
    tests: OVERLAY_TESTS,
  },
  {
    name: 'figures: what a title added before is not taken away',
    file: `${OVERLAY}/overlay.ts`,
    text: 'contributionOf(known ? known.now : before), -1)',
    replacement: 'contributionOf(undefined), -1)',
    tests: OVERLAY_TESTS,
  },
  {
    name: 'figures: the version’s part is taken away at each change',
    file: `${OVERLAY}/overlay.ts`,
    text: 'contributionOf(known ? known.now : before), -1)',
    replacement: 'contributionOf(before), -1)',
    tests: OVERLAY_TESTS,
  },
  {
    name: 'a list that is kept has a row’s former place too',
    file: `${OVERLAY}/sorted-list.ts`,
    text: 'if (belongs(old)) next.delete(old);',
    replacement: '',
    tests: OVERLAY_TESTS,
  },
  {
    name: 'a list that is asked for while rows change is not told of them',
    file: `${OVERLAY}/changed-rows.ts`,
    text: 'for (const [name, list] of added) lists.set(name, list.with(changes));',
    replacement: 'for (const [name, list] of added) lists.set(name, list);',
    tests: OVERLAY_TESTS,
  },
  {
    name: 'a list has a changed row twice',
    file: `${OVERLAY}/merged-reader.ts`,
    text: 'if (changed.get(row.key) === undefined) rows.push(row);',
    replacement: 'rows.push(row);',
    tests: ['layers/serving/src/overlay/merged-reader.test.ts'],
  },
  {
    name: 'a count has a changed row twice',
    file: `${OVERLAY}/merged-reader.ts`,
    text: 'if (before !== undefined && matches(before, where)) total -= 1;',
    replacement: '',
    tests: ['layers/serving/src/overlay/merged-reader.test.ts'],
  },
  {
    name: 'an epoch that has expired is trusted',
    file: `${OVERLAY}/completeness.ts`,
    text: 'one.expiresAtMs <= nowMs',
    replacement: 'one.expiresAtMs < 0',
    tests: OVERLAY_TESTS,
  },
  {
    name: 'projecting that began behind the cut is trusted',
    file: `${OVERLAY}/completeness.ts`,
    text: 'first.from > begin + 1',
    replacement: 'first.from < begin',
    tests: OVERLAY_TESTS,
  },
  {
    name: 'a title’s entity tag does not know its ratings',
    file: `${OVERLAY}/change-titles.ts`,
    text: 'TITLE_VIEWS = [movieRecords, movieRatings] as const',
    replacement: 'TITLE_VIEWS = [movieRecords] as const',
    tests: OVERLAY_TESTS,
  },
  {
    name: 'an entity tag knows one partition of several',
    file: `${OVERLAY}/overlay.ts`,
    text: '      titlesToken: [...lastTitleChange]\n',
    replacement: '      titlesToken: [...lastTitleChange].slice(0, 1)\n',
    tests: OVERLAY_TESTS,
  },
  {
    name: 'a position is reached when one partition is',
    file: 'layers/serving/src/position.ts',
    text: '  PARTITIONS.every(',
    replacement: '  PARTITIONS.some(',
    tests: ['layers/serving/src/position.test.ts'],
  },
  {
    name: 'a position is reached only when it is passed',
    file: 'layers/serving/src/position.ts',
    text: 'offsetAt(position, partition) >= offsetAt(wanted, partition)',
    replacement: 'offsetAt(position, partition) > offsetAt(wanted, partition)',
    tests: ['layers/serving/src/position.test.ts'],
  },
  {
    name: 'a run cuts before its barrier, short of one event',
    file: `${BATCH_LOG}/cut.ts`,
    text: 'cut[partition] = found.barrier.offset;',
    replacement: 'cut[partition] = found.barrier.offset - 1;',
    tests: RUN_TESTS,
  },
  {
    name: 'a run forgets its parent’s keyed states',
    file: `${BATCH_LOG}/keyed-tables.ts`,
    text: 'mergeSelect(view, EARLIER, LATER)',
    replacement: 'foldSelect(view, ADDED)',
    tests: RUN_TESTS,
  },
  {
    name: 'a run folds its parent’s events again',
    file: `${BATCH_LOG}/silver-events.ts`,
    text: 'const from = cutOf(base);',
    replacement: 'const from = cutOf(undefined);',
    tests: RUN_TESTS,
  },
  {
    name: 'a run knows no ids of before its parent’s cut',
    file: `${BATCH_LOG}/judge-range.ts`,
    text: 'if (b === null) filter.isDuplicate(id, t);',
    replacement: 'if (b === null) void id;',
    tests: RUN_TESTS,
  },
];
