/** What pages that can be followed tell to do fits the repository. Where it leads is tried in a deep run. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { applyDiff, PAGES } from './followed-page.ts';
import { ROOT } from './planted-copy.ts';

test.each(PAGES)('the files that $name adds are not there yet, and what it changes stands where it says', ({ blocks }) => {
  const texts = new Map<string, string>();
  const named = blocks.filter(({ file }) => file !== '');
  expect(named.filter(({ language }) => language === 'diff').length).toBeGreaterThan(1);
  for (const { language, file, text } of named) {
    const path = join(ROOT, file);
    if (language === 'diff') texts.set(file, applyDiff(texts.get(file) ?? readFileSync(path, 'utf8'), text));
    else {
      expect(existsSync(path), `${file} is there already`).toBe(false);
      texts.set(file, text);
    }
  }
});

test.each(PAGES)('names of folders and files in the text of $name are right', ({ text, blocks }) => {
  const added = blocks.map(({ file }) => file);
  const named = [...text.matchAll(/`((?:libs|layers|tests)\/[\w./-]+)`/g)].flatMap(([, path]) =>
    path === undefined || path.includes('NAME') || added.includes(path) ? [] : [path],
  );
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
