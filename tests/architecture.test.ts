/** Who imports whom, as tools/import-table.ts has it: declared dependencies and the imports that are really there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { CLIENT_LIBRARIES, IMPORT_TABLE, TEST_IMPORTS } from '../tools/import-table.ts';
import { ROOT, workingTree } from './planted-copy.ts';

const own: ReadonlySet<string> = new Set(Object.values(IMPORT_TABLE).map((entry) => entry.package));
const sources = workingTree().filter((path) => path.endsWith('.ts') && existsSync(join(ROOT, path)));
const isTest = (path: string): boolean => path.endsWith('.test.ts') || /^[^/]+\/[^/]+\/(test|contracts)\//.test(path);

/** Names of the modules that a file imports or exports from, types included. */
const importsOf = (path: string): readonly string[] =>
  [...readFileSync(join(ROOT, path), 'utf8').matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^'\n]+)'/g)].flatMap(([, name]) =>
    name === undefined ? [] : [name],
  );

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

interface PackageJson {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}
// as: npm's own file in its documented form
const packageJson = (folder: string): PackageJson => JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as PackageJson;

test('the table names every package there is, and goes one way', () => {
  const folders = ['libs', 'layers', 'apps'].flatMap((parent) => readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}`));
  expect(Object.keys(IMPORT_TABLE).toSorted()).toEqual(folders.toSorted());

  const importsOfPackage = new Map(Object.values(IMPORT_TABLE).map((entry) => [entry.package, entry.imports]));
  const above = (name: string, path: readonly string[]): void => {
    expect(path, `circle: ${[...path, name].join(' → ')}`).not.toContain(name);
    for (const next of importsOfPackage.get(name) ?? []) above(next, [...path, name]);
  };
  for (const name of own) above(name, []);
});

describe.each(Object.entries(IMPORT_TABLE))('%s', (folder, entry) => {
  const files = sources.filter((path) => path.startsWith(`${folder}/`));

  test('its package.json depends on nothing that the table forbids', () => {
    const { name, dependencies = {}, devDependencies = {} } = packageJson(folder);
    expect(name).toBe(entry.package);
    const allowedInTests = [...entry.imports, ...TEST_IMPORTS];
    expect(Object.keys(dependencies).filter((dependency) => own.has(dependency) && !entry.imports.includes(dependency))).toEqual([]);
    expect(Object.keys(devDependencies).filter((dependency) => own.has(dependency) && !allowedInTests.includes(dependency))).toEqual([]);
  });

  test('its tsconfig.json refers to what its package.json depends on, so that a build takes them in order', () => {
    const folders = new Map(Object.entries(IMPORT_TABLE).map(([place, { package: name }]) => [name, place]));
    const dependencies = Object.keys(packageJson(folder).dependencies ?? {}).flatMap((name) => folders.get(name) ?? []);
    // as: TypeScript's own file, written without comments
    const { references = [] } = JSON.parse(readFileSync(join(ROOT, folder, 'tsconfig.json'), 'utf8')) as {
      references?: { path: string }[];
    };
    expect(references.map(({ path }) => path).toSorted()).toEqual(dependencies.map((place) => `../../${place}`).toSorted());
  });

  test('its files import nothing that the table forbids', () => {
    const forbidden = files.flatMap((path) => {
      const allowed = [entry.package, ...entry.imports, ...(isTest(path) ? TEST_IMPORTS : [])];
      return importsOf(path)
        .filter(
          (specifier) =>
            (own.has(packageOf(specifier)) && !allowed.includes(packageOf(specifier))) || /^(\.\.\/)+(libs|layers|apps)\//.test(specifier),
        )
        .map((specifier) => `${path} imports ${specifier}`);
    });
    expect(files).not.toEqual([]);
    expect(forbidden).toEqual([]);
  });
});

test.each(Object.entries(CLIENT_LIBRARIES))('%s is imported only in %s', (library, places) => {
  const importers = sources.filter(
    (path) =>
      /^(libs|layers|apps)\//.test(path) &&
      !isTest(path) &&
      importsOf(path).some((name) => packageOf(name) === library || name === library),
  );
  expect(importers).not.toEqual([]);
  expect(importers.filter((path) => !places.some((place) => path.startsWith(`${place}/`)))).toEqual([]);
});

describe('the engine is a port', () => {
  const layers = sources.filter((path) => /^(layers|apps)\/[^/]+\/src\//.test(path) && !isTest(path));
  const holding = (pattern: RegExp): readonly string[] => layers.filter((path) => pattern.test(readFileSync(join(ROOT, path), 'utf8')));

  test('no layer reads or writes files by SQL, sets the engine, or opens one', () => {
    expect(holding(/\b(read_(parquet|csv|json)\w*\s*\(|COPY\s+\(|PRAGMA\b|SET\s+(GLOBAL|memory_limit|threads)\b|openDuckDb\b)/)).toEqual(
      [],
    );
  });

  test('these files alone have SQL that only DuckDB understands outside of models: the list only gets shorter', () => {
    expect(holding(/\bto_json\(|\bsha256\((row|key)\)/)).toEqual([
      'layers/batch/src/archive/archived-records.ts',
      'layers/batch/src/audit/compare-ledger.ts',
      'layers/batch/src/audit/stored-states.ts',
      'layers/batch/src/views/changed-keys.ts',
    ]);
  });
});

describe.each(Object.keys(IMPORT_TABLE))('the folders of %s', (folder) => {
  /** Folders directly under `src`, with those that their files import from. What lies in `src` itself puts them together and may import any. */
  const rooms = new Map<string, Set<string>>();
  const roomOf = (path: string): string | undefined => /^[^/]+\/[^/]+\/src\/([^/]+)\/./.exec(path)?.[1];
  for (const path of sources.filter((source) => source.startsWith(`${folder}/src/`) && !isTest(source))) {
    const room = roomOf(path);
    if (room === undefined) continue;
    const imported = rooms.get(room) ?? new Set();
    rooms.set(room, imported);
    for (const specifier of importsOf(path).filter((name) => name.startsWith('.'))) {
      const target = roomOf(join(dirname(path), specifier));
      if (target !== undefined && target !== room) imported.add(target);
    }
  }

  test('import each other in one direction', () => {
    const above = (room: string, path: readonly string[]): void => {
      expect(path, `circle: ${[...path, room].join(' → ')}`).not.toContain(room);
      for (const next of rooms.get(room) ?? []) above(next, [...path, room]);
    };
    for (const room of rooms.keys()) above(room, []);
  });
});
