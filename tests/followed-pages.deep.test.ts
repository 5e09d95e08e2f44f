/** Pages that can be followed are followed to the letter in a copy of the repository: files written, lines added, commands run, output compared. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { applyDiff, PAGES } from './followed-page.ts';
import { copyWorkingTree, type PlantedCopy } from './planted-copy.ts';

/** Commands as people type them; `npx` would look for the packages of the original. */
const PROGRAMS: Readonly<Record<string, string>> = {
  rushes: 'apps/rushes/src/main.ts',
  tsc: 'node_modules/.bin/tsc',
  vitest: 'node_modules/.bin/vitest',
};
const typed = (command: string): string =>
  command.replace(/^npx (\w+)/, (_, program: string) => `tools/bin/node ${PROGRAMS[program] ?? `unknown program ${program}`}`);

let copy: PlantedCopy;
beforeEach(() => {
  copy = copyWorkingTree();
});
afterEach(() => copy.remove());

test.each(PAGES)('following docs/$name gives what keeps its laws, and the output that the page shows', ({ blocks }) => {
  const output = blocks.find(({ language }) => language === '')?.text;
  let told = '';
  for (const { language, file, text } of blocks) {
    if (language === 'diff') copy.edit(file, (before) => applyDiff(before, text));
    else if (file !== '') {
      expect(existsSync(join(copy.folder, file)), `${file} is there already`).toBe(false);
      copy.write(file, text);
    }
    if (language !== 'sh') continue;
    for (const command of text.trimEnd().split('\n')) {
      const { status, stdout, stderr } = spawnSync('sh', ['-c', typed(command)], {
        cwd: copy.folder,
        encoding: 'utf8',
        // But no setting of the tests: the command line would refuse them.
        env: { PATH: process.env['PATH'], HOME: process.env['HOME'], RUSHES_LOG_LEVEL: 'error', NO_COLOR: '1' },
      });
      expect(status, `${command}\n${stdout}${stderr}`).toBe(0);
      // A filter that meets no test passes too.
      if (command.includes('vitest')) expect(stdout).toMatch(/Tests {2}[1-9]\d* passed/);
      told += stdout;
    }
  }
  expect(output).toBeDefined();
  expect(told.slice(-(output ?? '').length)).toBe(output);
});
