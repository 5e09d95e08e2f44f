/** Ways to break how batch runs take over what the log has. */
import type { Mutation } from './mutation.ts';

const BATCH_LOG = 'layers/batch/src/log';
const RUN_TESTS = ['tests/log-batch/runs-over-log.test.ts'];

export const BATCH_MUTATIONS: readonly Mutation[] = [
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
    text: 'filter.isDuplicate(id, t);',
    replacement: 'void id;',
    tests: RUN_TESTS,
  },
  {
    name: 'another log is taken for the lake’s own',
    file: 'libs/ports/src/foreign-log.ts',
    text: 'known?.id !== undefined && known.id !== log.id',
    replacement: 'known?.id !== undefined && known.id === log.location',
    tests: ['libs/adapters/src/embedded/embedded.test.ts'],
  },
  {
    name: 'a log in the place of a lost one gives offsets anew that were given before',
    file: `${BATCH_LOG}/plan-restart.ts`,
    text: 'const next = Math.max(kept, ...seen);',
    replacement: 'const next = kept;',
    tests: ['layers/batch/src/recovery/plan-restart.test.ts'],
  },
  {
    name: 'a dump replaces what was observed after it, where a run says so',
    file: 'layers/batch/sql/views/titles.sql',
    text: 'imdb.at_ms > d.observed_ms',
    replacement: 'imdb.at_ms < d.observed_ms',
    tests: ['tests/golden/events.test.ts'],
  },
  {
    name: 'the same bytes read again are a new observation',
    file: 'layers/batch/src/silver/dump-times.ts',
    text: 'Date.parse(observedAt)',
    replacement: 'Date.now()',
    tests: ['tests/log-batch/dump-times.test.ts'],
  },
];
