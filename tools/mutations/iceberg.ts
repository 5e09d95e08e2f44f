/** Ways to break Iceberg tables: what they say of versions, and when. */
import type { Mutation } from './mutation.ts';

const FORMAT = 'libs/lake/src/iceberg';
const FORMAT_TESTS = ['libs/lake/src/iceberg/plan-table.test.ts'];
const RUN_TESTS = ['tests/batch/iceberg.test.ts'];

export const ICEBERG_MUTATIONS: readonly Mutation[] = [
  {
    name: "a version shares its parent's list although files came or went",
    file: `${FORMAT}/plan-table.ts`,
    text: "parent !== undefined && files.every(({ status }) => status === 'existing')",
    replacement: 'parent !== undefined',
    tests: FORMAT_TESTS,
  },
  {
    name: 'a moved table names files where they were',
    file: `${FORMAT}/plan-table.ts`,
    text: 'before?.location === location ? before.snapshots',
    replacement: 'before ? before.snapshots',
    tests: FORMAT_TESTS,
  },
  {
    name: 'a column keeps its id whatever its type becomes',
    file: `${FORMAT}/table-schema.ts`,
    text: 'known && isSameField(known.kind, kind) ? known.id',
    replacement: 'known ? known.id',
    tests: FORMAT_TESTS,
  },
  {
    name: 'a file that went counts among those of the version',
    file: `${FORMAT}/manifest-files.ts`,
    text: 'deleted: 2',
    replacement: 'deleted: 0',
    tests: FORMAT_TESTS,
  },
  {
    name: 'a run leaves Iceberg tables at the version before',
    file: 'layers/batch/src/run/tidy-up.ts',
    text: '  await keepIceberg(stores, { ...options, logger, now: () => now, known });\n',
    replacement: '  void keepIceberg;\n',
    tests: RUN_TESTS,
  },
  {
    name: 'a hint that fell behind stays so',
    file: 'layers/batch/src/iceberg/stored-table.ts',
    text: 'if (stored.hint !== String(number)) await',
    replacement: 'if (isChanged) await',
    tests: RUN_TESTS,
  },
];
