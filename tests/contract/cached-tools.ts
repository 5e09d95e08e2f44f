/**
 * Tools that are not installed with the workspace: the generator of clients (it needs an older TypeScript), schemathesis and PyIceberg (they are Python's).
 * Their versions are pinned in tools/; they are installed once into a cache folder of the user.
 */
import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ROOT } from '../planted-copy.ts';

const PINNED = fileURLToPath(new URL('tools', import.meta.url));
const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'rushes-contract');

/** Runs a program to its end. Throws with what it wrote if it fails. */
export const run = (program: string, args: readonly string[], cwd = ROOT): string => {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? `exit code ${status}`}\n${stdout}\n${stderr}`);
  return stdout;
};

/** A folder that `install` fills once for these pins. */
const cached = (name: string, pins: string, install: (folder: string) => void): string => {
  const folder = join(CACHE, `${name}-${hash('sha256', readFileSync(join(PINNED, pins)), 'hex').slice(0, 12)}`);
  if (existsSync(join(folder, 'complete'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  install(folder);
  mkdirSync(join(folder, 'complete'));
  return folder;
};

/** The folder with `node_modules` of the generator. */
export const clientTools = (): string =>
  cached('client', 'package-lock.json', (folder) => {
    for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(PINNED, file), join(folder, file));
    copyFileSync(join(ROOT, '.npmrc'), join(folder, '.npmrc'));
    run('npm', ['ci'], folder);
  });

/** Python 3.10 or later, with the modules that make an environment; `undefined`: there is none. */
const findPython = (): string | undefined =>
  ['python3', 'python'].find(
    (name) =>
      spawnSync(name, ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))'], { stdio: 'ignore' }).status === 0,
  );

/** The folder with the programs of an environment of Python that has these packages; `undefined` where Python is absent. */
const pythonTools = (name: string, pins: string): string | undefined => {
  const python = findPython();
  if (python === undefined) return undefined;
  const folder = cached(name, pins, (into) => {
    run(python, ['-m', 'venv', into]);
    run(join(into, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--requirement', join(PINNED, pins)]);
  });
  return join(folder, 'bin');
};

/** The path of schemathesis; `undefined` where Python is absent. */
export const schemathesis = (): string | undefined => {
  const folder = pythonTools('schemathesis', 'requirements.txt');
  return folder && join(folder, 'schemathesis');
};

/** The path of a Python that has PyIceberg; `undefined` where Python is absent. */
export const pythonWithIceberg = (): string | undefined => {
  const folder = pythonTools('pyiceberg', 'pyiceberg.txt');
  return folder && join(folder, 'python');
};

/** A new folder inside another one. */
export const workFolder = (inside: string): string => mkdtempSync(join(inside, 'work-'));
