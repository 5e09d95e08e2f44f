/**
 * What whoever reads only the end of a long log needs: which tests failed and with which words, then the counts of all.
 *
 *     tools/bin/node tools/test-summary.ts <report of vitest as JSON> ...
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    /** Why the file could not be run. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[] | null;
    }[];
  }[];
}

const LINES_OF_A_FAILURE = 12;

const beginning = (text: string): string =>
  text
    .split('\n')
    .slice(0, LINES_OF_A_FAILURE)
    .map((line) => `    ${line.slice(0, 300)}`)
    .join('\n');

const failuresOf = ({ name, status, message, assertionResults }: Report['testResults'][number]): readonly string[] => {
  const failed = assertionResults.filter((test) => test.status === 'failed');
  const path = relative(process.cwd(), name);
  if (failed.length === 0) return status === 'failed' ? [`${path}\n${beginning(message)}`] : [];
  return failed.map(({ fullName, failureMessages }) => `${path}: ${fullName}\n${beginning((failureMessages ?? []).join('\n'))}`);
};

const reports = process.argv.slice(2).map((path): Report => JSON.parse(readFileSync(path, 'utf8')));

for (const failure of reports.flatMap(({ testResults }) => testResults).flatMap(failuresOf)) process.stdout.write(`\nFailed: ${failure}\n`);

const sum = (count: (report: Report) => number): number => reports.reduce((total, report) => total + count(report), 0);
const skipped = sum((report) => report.numPendingTests + report.numTodoTests);
process.stdout.write(
  `\n${sum((report) => report.numPassedTests)} passed, ${sum((report) => report.numFailedTests)} failed, ${skipped} skipped\n`,
);
