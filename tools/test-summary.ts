/**
 * What whoever reads only the end of a long log needs: which tests failed and with which words, which passed only when they ran again, and the counts of all.
 *
 *     tools/bin/node tools/test-summary.ts <folder of reports of vitest as JSON>
 *     tools/bin/node tools/test-summary.ts <one report> --failed-files
 *
 * A report `NAME-again.json` is of the files that failed in `NAME.json`, and counts in place of them. With `--failed-files` it writes the paths of the test
 * files that failed, a line each.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

interface TestedFile {
  readonly name: string;
  readonly status: string;
  /** Why the file could not be run. */
  readonly message: string;
  readonly assertionResults: readonly {
    readonly fullName: string;
    readonly status: string;
    readonly failureMessages: readonly string[] | null;
  }[];
}

const LINES_OF_A_FAILURE = 12;
const COLUMNS = 300;

const readReport = (path: string): readonly TestedFile[] =>
  (JSON.parse(readFileSync(path, 'utf8')) as { readonly testResults: readonly TestedFile[] }).testResults; // as: what the reporter writes

const pathOf = ({ name }: TestedFile): string => relative(process.cwd(), name);
const hasFailed = ({ status }: TestedFile): boolean => status === 'failed';

const beginning = (text: string): string =>
  text
    .split('\n')
    .slice(0, LINES_OF_A_FAILURE)
    .map((line) => `    ${line.slice(0, COLUMNS)}`)
    .join('\n');

/** The failures of a file, each with its first words. */
const failuresOf = (file: TestedFile): readonly string[] => {
  const failed = file.assertionResults.filter((test) => test.status === 'failed');
  if (failed.length === 0) return hasFailed(file) ? [`${pathOf(file)}\n${beginning(file.message)}`] : [];
  return failed.map(({ fullName, failureMessages }) => `${pathOf(file)}: ${fullName}\n${beginning((failureMessages ?? []).join('\n'))}`);
};

const write = (text: string): void => void process.stdout.write(`${text}\n`);

const summarize = (folder: string): void => {
  const AGAIN = '-again.json';
  const reports = readdirSync(folder).toSorted();
  const files: TestedFile[] = [];
  for (const report of reports.filter((name) => !name.endsWith(AGAIN))) {
    const againIn = report.replace('.json', AGAIN);
    const again = new Map((reports.includes(againIn) ? readReport(join(folder, againIn)) : []).map((file) => [file.name, file]));
    for (const first of readReport(join(folder, report))) {
      const second = again.get(first.name);
      files.push(second ?? first);
      if (second !== undefined && !hasFailed(second))
        for (const failure of failuresOf(first)) write(`\nPassed only the second time: ${failure}`);
    }
  }
  for (const failure of files.flatMap(failuresOf)) write(`\nFailed: ${failure}`);
  const tests = files.flatMap(({ assertionResults }) => assertionResults);
  const count = (...states: readonly string[]): number => tests.filter(({ status }) => states.includes(status)).length;
  // A file that could not be run has no tests.
  const unrun = files.filter((file) => hasFailed(file) && file.assertionResults.length === 0).length;
  write(`\n${count('passed')} passed, ${count('failed') + unrun} failed, ${count('skipped', 'pending', 'todo')} skipped`);
};

const [path = '.', wish] = process.argv.slice(2);
if (wish === '--failed-files') for (const file of readReport(path).filter(hasFailed)) write(pathOf(file));
else summarize(path);
