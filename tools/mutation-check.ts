/**
 * Breaks the merge on purpose, in one small way after another, each in a copy of the working tree, and shows that the fast tests notice it: a promise that
 * is kept by tests is worth as much as the faults that they find. Prints a table; exits 1 if a fault was not noticed, or if a test fails without one.
 *
 * `npm run mutation-check`, or with some words of names: `npm run mutation-check -- epoch cut`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';

import { copyWorkingTree, type PlantedCopy, ROOT } from '../tests/planted-copy.ts';
import { type Mutation, MUTATIONS } from './mutations/index.ts';

/** A run of the tests of one mutation may take so long; one test hangs no longer than that. */
const RUN_LIMIT_MS = 150_000;
const TEST_LIMIT_MS = 30_000;

interface Report {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly title: string }[];
  }[];
}

interface Outcome {
  /** The first test that failed, and its file; `undefined`: none did. */
  readonly failed: string | undefined;
  readonly seconds: number;
}

const isDeep = (test: string): boolean => test.endsWith('.deep.test.ts');

/** Those of each depth by themselves. */
const runTests = (copy: PlantedCopy, tests: readonly string[]): Outcome => {
  const quick = tests.filter((test) => !isDeep(test));
  const outcome: Outcome = quick.length > 0 ? runAtDepth(copy, 'quick', quick) : { failed: undefined, seconds: 0 };
  const deep = tests.filter(isDeep);
  if (outcome.failed !== undefined || deep.length === 0) return outcome;
  const { failed, seconds } = runAtDepth(copy, 'deep', deep);
  return { failed, seconds: outcome.seconds + seconds };
};

const runAtDepth = (copy: PlantedCopy, depth: 'quick' | 'deep', tests: readonly string[]): Outcome => {
  const begunMs = Date.now();
  const report = join(copy.folder, 'mutation-report.json');
  rmSync(report, { force: true });
  const args = ['run', '--reporter', 'json', '--outputFile', report, '--bail', '1', '--testTimeout', String(TEST_LIMIT_MS), ...tests];
  const { stderr, error } = spawnSync(process.execPath, [join(ROOT, 'node_modules/.bin/vitest'), ...args], {
    cwd: copy.folder,
    encoding: 'utf8',
    timeout: RUN_LIMIT_MS,
    env: { ...process.env, RUSHES_TEST_DEPTH: depth },
  });
  if (error !== undefined) throw new Error(`the tests ${tests.join(', ')} did not end`, { cause: error });
  if (!existsSync(report)) throw new Error(`the tests ${tests.join(', ')} did not run: ${stderr.slice(0, 2000)}`);
  const { success, testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report; // as: vitest's own report
  const seconds = (Date.now() - begunMs) / 1000;
  if (success) return { failed: undefined, seconds };
  for (const { name, status, assertionResults } of testResults) {
    const test = assertionResults.find((one) => one.status === 'failed');
    if (test !== undefined || status === 'failed')
      return { failed: `${relative(copy.folder, name)}: ${test?.title ?? 'cannot be run'}`, seconds };
  }
  return { failed: 'an error outside of tests', seconds };
};

const withMutation = (copy: PlantedCopy, { name, file, text, replacement, tests }: Mutation): Outcome => {
  let original = '';
  copy.edit(file, (whole) => {
    original = whole;
    const found = whole.split(text).length - 1;
    if (found !== 1) throw new Error(`"${name}": ${file} has its text ${found} times, not once; change tools/mutations with the code`);
    return whole.replace(text, () => replacement);
  });
  try {
    return runTests(copy, tests);
  } finally {
    copy.write(file, original);
  }
};

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const words = process.argv.slice(2);
const chosen = MUTATIONS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const copy = copyWorkingTree();
try {
  const all = [...new Set(chosen.flatMap(({ tests }) => tests))];
  const { failed: broken, seconds: restSeconds } = runTests(copy, all);
  if (broken !== undefined) throw new Error(`without any mutation, a test fails: ${broken}`);
  print(`Without a mutation all ${all.length} test files and folders pass, in ${restSeconds.toFixed(1)} s.\n`);
  print('| mutation | noticed by | seconds |\n|---|---|---|');
  let survivors = 0;
  let total = restSeconds;
  for (const mutation of chosen) {
    const { failed, seconds } = withMutation(copy, mutation);
    if (failed === undefined) survivors += 1;
    total += seconds;
    print(`| ${mutation.name} | ${failed ?? '**nothing**'} | ${seconds.toFixed(1)} |`);
  }
  print(`\n${chosen.length - survivors} of ${chosen.length} mutations were noticed, in ${total.toFixed(0)} s.`);
  if (survivors > 0) process.exitCode = 1;
} finally {
  copy.remove();
}
