/** `docs/add-a-view.md` is followed to the letter in a copy of the repository: files written, lines added, commands run, output compared. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { copyWorkingTree, type PlantedCopy, ROOT } from './planted-copy.ts';

interface Block {
  readonly language: string;
  readonly file: string;
  readonly text: string;
}

const page = readFileSync(new URL('../docs/add-a-view.md', import.meta.url), 'utf8');
const blocks: readonly Block[] = [...page.matchAll(/^```(\w*) ?(\S*)\n([\s\S]*?)^```$/gm)].map(
  ([, language = '', file = '', text = '']) => ({
    language,
    file,
    text,
  }),
);
const output = blocks.find(({ language }) => language === '')?.text;

/** Context lines have to stand in the file once, as they are shown; lines with a plus are added among them. */
const applyDiff = (text: string, diff: string): string => {
  const lines = diff.trimEnd().split('\n');
  const before = lines.filter((line) => line.startsWith(' ')).map((line) => `${line.slice(1)}\n`);
  const after = lines.map((line) => `${line.slice(1)}\n`);
  if (!lines.every((line) => /^[ +]/.test(line))) throw new Error(`a line of this diff is neither context nor added:\n${diff}`);
  if (text.split(before.join('')).length !== 2) throw new Error(`the context of this diff does not stand in the file once:\n${diff}`);
  return text.replace(before.join(''), () => after.join(''));
};

/** Commands as people type them; `npx` would look for the packages of the original. */
const PROGRAMS: Readonly<Record<string, string>> = {
  rushes: 'apps/rushes/src/main.ts',
  tsc: 'node_modules/.bin/tsc',
  vitest: 'node_modules/.bin/vitest',
};
const typed = (command: string): string =>
  command.replace(/^npx (\w+)/, (_, program: string) => `tools/bin/node ${PROGRAMS[program] ?? `unknown program ${program}`}`);

let copy: PlantedCopy;
beforeAll(() => {
  copy = copyWorkingTree();
});
afterAll(() => copy.remove());

test('following docs/add-a-view.md gives a view that keeps the laws, and the output that the page shows', () => {
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
        env: { ...process.env, RUSHES_LOG_LEVEL: 'error', NO_COLOR: '1' },
      });
      expect(status, `${command}\n${stdout}${stderr}`).toBe(0);
      // A filter that meets no test passes too.
      if (command.includes('vitest')) expect(stdout).toMatch(/Tests {2}3 passed/);
      told += stdout;
    }
  }
  expect(output).toBeDefined();
  expect(told.slice(-(output ?? '').length)).toBe(output);
});

test('its links to folders and files in running text are right', () => {
  const named = [...page.matchAll(/`((?:libs|layers|tests)\/[\w./-]+)`/g)].flatMap(([, path]) =>
    path === undefined || path.includes('NAME') || path.includes('extreme') ? [] : [path],
  );
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
