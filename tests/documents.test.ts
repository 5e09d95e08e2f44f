/** Pages that repeat what is declared elsewhere must say the same. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { expect, test } from 'vitest';

import { CONFIGURATION_PAGE, withCurrentTable } from '../tools/configuration-table.ts';
import { ROOT, workingTree } from './planted-copy.ts';

/** Tables are compared by their words: the formatter aligns them. */
const words = (page: string): readonly string[] => page.split(/[\s|-]+/).filter((word) => word !== '');

test('the table of settings is the declared one (else: tools/bin/node tools/configuration-table.ts)', () => {
  const page = readFileSync(CONFIGURATION_PAGE, 'utf8');
  expect(words(page)).toEqual(words(withCurrentTable(page)));
});

const pages = workingTree().filter((path) => path.endsWith('.md') && existsSync(join(ROOT, path)));

test.each(pages)('%s links to files that are there', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].flatMap(([, target]) =>
    target === undefined || /^[a-z]+:/.test(target) ? [] : [target],
  );
  expect(links.filter((target) => !existsSync(join(ROOT, dirname(page), target)))).toEqual([]);
});
