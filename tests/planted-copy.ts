/** A copy of the working tree in which faults can be planted, so that one sees the tools find them. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { IMPORT_TABLE } from '../tools/import-table.ts';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The working tree's files, as git sees them: tracked and new ones, without what is ignored. */
export const workingTree = (): readonly string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'], { cwd: ROOT, encoding: 'utf8' })
    .split('\n')
    .filter((path) => path !== '');

export interface PlantedCopy {
  readonly folder: string;
  write(path: string, text: string): void;
  append(path: string, text: string): void;
  edit(path: string, change: (text: string) => string): void;
  remove(): void;
}

/** Copies the working tree; libraries are linked, packages of this repository are the copied ones. */
export const copyWorkingTree = (): PlantedCopy => {
  const folder = mkdtempSync(join(tmpdir(), 'rushes-planted-'));
  for (const path of workingTree()) cpSync(join(ROOT, path), join(folder, path), { force: true, recursive: true });
  const own = new Map(Object.entries(IMPORT_TABLE).map(([place, entry]) => [entry.package, place]));
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@rushes'), { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (name !== '@rushes' && !own.has(name)) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  for (const [name, place] of own) symlinkSync(join(folder, place), join(modules, name));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  return {
    folder,
    write,
    append: (path, text) => appendFileSync(join(folder, path), text),
    edit: (path, change) => write(path, change(readFileSync(join(folder, path), 'utf8'))),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};
