/** Each rule of the layout is watched by a tool. Here each is broken once in a copy, and the tool that claims to see it must say so. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { copyWorkingTree, ROOT, type PlantedCopy } from './planted-copy.ts';

let copy: PlantedCopy;

const run = (tool: string, args: readonly string[]): string => {
  const { stdout, stderr, error } = spawnSync(process.execPath, [join(ROOT, 'node_modules/.bin', tool), ...args], {
    cwd: copy.folder,
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  return stdout === '' ? stderr : stdout;
};

/** Files that have a fault which the linter finds: it is asked for these alone, and follows their imports. */
const LINTED = [
  'libs/domain/src/planted-import.ts',
  'libs/domain/src/planted-path.ts',
  'libs/domain/src/planted-one.ts',
  'libs/domain/src/planted-circle.ts',
  'libs/runtime/src/planted-promise.ts',
  'libs/runtime/src/planted-any.ts',
  'layers/serving/src/planted-library.ts',
];

const plant = (): void => {
  copy.write('libs/domain/src/planted-import.ts', "export { TerminalError } from '@rushes/runtime';\n");
  copy.write('libs/domain/src/planted-path.ts', "export { TerminalError } from '../../../libs/runtime/src/errors.ts';\n");
  copy.write('layers/serving/src/planted-library.ts', "export { DatabaseSync } from 'node:sqlite';\n");
  copy.write('libs/domain/src/planted-one.ts', "import { two } from './planted-two.ts';\nexport const one = (): number => two();\n");
  copy.write('libs/domain/src/planted-two.ts', "import { one } from './planted-one.ts';\nexport const two = (): number => one();\n");
  copy.write('libs/domain/src/planted-circle.ts', "export type { ObjectInfo as Planted } from '@rushes/ports';\n");
  copy.append('libs/domain/src/index.ts', "export type { Planted } from './planted-circle.ts';\n");
  copy.append('libs/ports/src/index.ts', "export { isTconst as plantedName } from '@rushes/domain';\n");
  copy.append('libs/runtime/src/exit-codes.ts', 'export const plantedExport = 1;\n');
  copy.append('libs/runtime/src/index.ts', "export { plantedExport } from './exit-codes.ts';\n");
  copy.append('libs/runtime/src/errors.ts', 'export const plantedInside = 1;\n');
  copy.write('layers/batch/src/planted-file.ts', 'export const planted = 1;\n');
  copy.edit('layers/serving/package.json', (text) => text.replace('"dependencies": {', '"dependencies": {\n    "leven": "4.1.0",'));
  copy.write('libs/runtime/src/planted-promise.ts', 'export const planted = (work: () => Promise<void>): void => {\n  work();\n};\n');
  copy.write('libs/runtime/src/planted-any.ts', 'export const planted = (value: any): string => String(value);\n');
};

beforeAll(() => {
  copy = copyWorkingTree();
  plant();
});
afterAll(() => copy.remove());

interface LintReport {
  readonly diagnostics: readonly { readonly code: string; readonly filename: string }[];
}

describe('the linter', () => {
  let found: readonly string[] = [];
  beforeAll(() => {
    // as: the tool's own report format
    const { diagnostics } = JSON.parse(run('oxlint', ['--type-aware', '--format', 'json', ...LINTED])) as LintReport;
    found = diagnostics.map(({ code, filename }) => `${code} ${filename}`);
  });

  test.each([
    ['an import that the table forbids', 'eslint(no-restricted-imports) libs/domain/src/planted-import.ts'],
    ['a way around the package name', 'eslint(no-restricted-imports) libs/domain/src/planted-path.ts'],
    ['a client library outside its folder', 'eslint(no-restricted-imports) layers/serving/src/planted-library.ts'],
    ['a circle within a package', 'import(no-cycle) libs/domain/src/planted-one.ts'],
    ['a circle across packages', 'import(no-cycle) libs/domain/src/planted-circle.ts'],
    ['a promise that nobody waits for', 'typescript(no-floating-promises) libs/runtime/src/planted-promise.ts'],
    ['any', 'typescript(no-explicit-any) libs/runtime/src/planted-any.ts'],
  ])('reports %s', (_, expected) => {
    expect(found).toContain(expected);
  });
});

describe('knip', () => {
  let found = '';
  beforeAll(() => {
    found = run('knip', ['--reporter', 'compact', '--no-progress']);
  });

  test.each([
    ['an export of a package that nobody imports', /libs\/runtime\/src\/index\.ts: .*plantedExport/],
    ['an export within a package that nobody imports', /libs\/runtime\/src\/errors\.ts: .*plantedInside/],
    ['a file that nothing reaches', /layers\/batch\/src\/planted-file\.ts/],
    ['a dependency that is not used', /layers\/serving\/package\.json: .*leven/],
  ])('reports %s', (_, expected) => {
    expect(found).toMatch(expected);
  });
});
