/** Ways to break how batch runs take over what the log has. */
import type { Mutation } from './mutation.ts';

const BATCH = 'layers/batch/src';
const RUN_TESTS = ['tests/log-batch/runs-over-log.test.ts'];
const ARCHIVE_TESTS = ['tests/log-batch/archive.test.ts'];
const RETENTION_TESTS = ['tests/log-batch/retention.test.ts'];

export const BATCH_MUTATIONS: readonly Mutation[] = [
  {
    name: 'a run cuts before its barrier, short of one event',
    file: `${BATCH}/archive/archive-log.ts`,
    text: 'cut[partition] = barrierAt;',
    replacement: 'cut[partition] = barrierAt - 1;',
    tests: RUN_TESTS,
  },
  {
    name: 'an answer without records is the end of what there is to archive',
    file: `${BATCH}/archive/read-unlanded.ts`,
    text: '      const place =',
    replacement: '      if (records.length === 0) break;\n      const place =',
    tests: ARCHIVE_TESTS,
  },
  {
    name: 'a run is published although a higher barrier stands before its own',
    file: `${BATCH}/archive/archive-log.ts`,
    text: 'landed.highestBarrier > barrier.number',
    replacement: 'landed.highestBarrier > barrier.number + 1000',
    tests: ARCHIVE_TESTS,
  },
  {
    name: 'a superseded run that read barriers alone tells nobody of the higher one',
    file: `${BATCH}/archive/archive-log.ts`,
    text: '(overtakenBy !== undefined && !isTold)',
    replacement: 'isTold === undefined',
    tests: ARCHIVE_TESTS,
  },
  {
    name: 'a run takes the number of the barrier that a log in the place of a lost one begins with',
    file: `${BATCH}/archive/landing.ts`,
    text: '...logs.map(({ barrier }) => barrier)',
    replacement: '...logs.map(() => 0)',
    tests: ['tests/log-batch/restart.test.ts'],
  },
  {
    name: 'following a log from behind its end waits',
    file: 'libs/adapters/src/sqlite-event-log/read.ts',
    text: 'if (from > next || end > next)',
    replacement: 'if (end > next)',
    tests: ['libs/adapters/src/sqlite-event-log/sqlite-event-log.test.ts'],
  },
  {
    name: 'a range ends at the first page',
    file: 'libs/adapters/src/sqlite-event-log/read.ts',
    text: 'next: isAll ? end : reached',
    replacement: 'next: end',
    tests: ['libs/adapters/src/sqlite-event-log/sqlite-event-log.test.ts'],
  },
  {
    name: 'a run forgets its parent’s keyed states',
    file: `${BATCH}/events/keyed-tables.ts`,
    text: 'mergeSelect(view, EARLIER, LATER)',
    replacement: 'foldSelect(view, ADDED)',
    tests: RUN_TESTS,
  },
  {
    name: 'a run folds its parent’s events again',
    file: `${BATCH}/events/silver-events.ts`,
    text: 'const from = cutOf(base?.of);',
    replacement: 'const from = cutOf(undefined);',
    tests: RUN_TESTS,
  },
  {
    name: 'a full run forgets the events before the opening balance',
    file: `${BATCH}/events/silver-events.ts`,
    text: '(sound ? takeOver(context, table, sound, opening) : Promise.resolve([]))',
    replacement: '(sound && table === undefined ? takeOver(context, table, sound, opening) : Promise.resolve([]))',
    tests: RETENTION_TESTS,
  },
  {
    name: 'what an opening balance stands for goes at once',
    file: `${BATCH}/retention/apply-retention.ts`,
    text: 'const old = settled(openings, now().getTime());',
    replacement: 'const old = openings[0] ?? settled(openings, now().getTime());',
    tests: RETENTION_TESTS,
  },
  {
    name: 'the window of duplicates before an opening balance goes with it',
    file: `${BATCH}/retention/seal-opening.ts`,
    text: 'spent: spent.number,',
    replacement: 'spent: end.number,',
    tests: RETENTION_TESTS,
  },
  {
    name: 'an opening balance lacks states and is sealed',
    file: `${BATCH}/retention/seal-opening.ts`,
    text: 'if (missing !== undefined) throw',
    replacement: 'if (missing === cut) throw',
    tests: RETENTION_TESTS,
  },
  {
    name: 'a run knows no ids of before its parent’s cut',
    file: `${BATCH}/events/judge-range.ts`,
    text: 'filter.isDuplicate(id, t);',
    replacement: 'void id;',
    tests: RUN_TESTS,
  },
  {
    name: 'another log is taken for the lake’s own',
    file: 'libs/ports/src/foreign-log.ts',
    text: 'known?.id !== undefined && known.id !== log.id',
    replacement: 'known?.id !== undefined && known.id === log.location',
    tests: ['libs/stores/test/open-stores.test.ts'],
  },
  {
    name: 'a log in the place of a lost one gives offsets anew that were given before',
    file: `${BATCH}/recovery/plan-restart.ts`,
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
  {
    name: 'rows of a served view that changed are not found',
    file: `${BATCH}/views/changed-keys.ts`,
    text: 'WHERE n.hash IS DISTINCT FROM p.hash',
    replacement: 'WHERE n.hash IS DISTINCT FROM p.hash AND (n.key IS NULL OR p.key IS NULL)',
    tests: ['tests/log-batch/histories.test.ts'],
  },
  {
    name: 'an artefact does not depend on the models that its rows are computed through',
    file: `${BATCH}/views/artefact-name.ts`,
    text: '[...model.through, model].map(',
    replacement: '[].map(',
    tests: ['layers/batch/src/views/artefact-name.test.ts'],
  },
  {
    name: 'a stream of rows that breaks off is taken for whole',
    file: 'libs/lake/src/duckdb-engine.ts',
    text: 'if (last !== END_OF_STREAM)',
    replacement: "if (last === '')",
    tests: ['libs/lake/src/duckdb-engine.test.ts'],
  },
];
