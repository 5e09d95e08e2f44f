/** What `docs/add-a-view.md` tells to do fits the repository. That it leads to a view is tried in a deep run. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { applyDiff, BLOCKS, PAGE } from './add-a-view-page.ts';
import { ROOT } from './planted-copy.ts';

test('the files that it adds are not there yet, and what it changes stands where it says', () => {
  const texts = new Map<string, string>();
  const named = BLOCKS.filter(({ file }) => file !== '');
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

test('its links to folders and files in running text are right', () => {
  const named = [...PAGE.matchAll(/`((?:libs|layers|tests)\/[\w./-]+)`/g)].flatMap(([, path]) =>
    path === undefined || path.includes('NAME') || path.includes('extreme') ? [] : [path],
  );
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
