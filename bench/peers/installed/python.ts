/** Python packages of pinned versions, each peer's in an environment of its own, which is made once and kept. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { firstLine, PeerMissingError, runOrMissing } from './missing.ts';

/** Where the Python files of the peers lie. */
export const PYTHON_FOLDER: string = fileURLToPath(new URL('../python', import.meta.url));

/** Versions that `requirements-<peer>.txt` pins. */
export type PythonPeer = 'spark' | 'flask';

/**
 * @param cache where environments are kept.
 * @returns the folder of the environment's programs: `python`, `gunicorn`, …
 * @throws PeerMissingError without Python, or if a package cannot be had.
 */
export const pythonPrograms = async (peer: PythonPeer, cache: string, tell: (text: string) => void): Promise<string> => {
  const version = firstLine('python3', ['--version']);
  if (version === undefined) throw new PeerMissingError('python3 is not installed');
  const requirements = join(PYTHON_FOLDER, `requirements-${peer}.txt`);
  const digest = createHash('sha256')
    .update(version)
    .update(await readFile(requirements));
  const folder = join(cache, `${peer}-${digest.digest('hex').slice(0, 16)}`);
  const [programs, complete] = [join(folder, 'bin'), join(folder, 'complete')];
  if (existsSync(complete)) return programs;
  tell(`installing the Python packages of ${peer} into ${folder}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(cache, { recursive: true });
  const failed = `the Python packages of ${peer} cannot be installed`;
  await runOrMissing(failed, ['python3', '-m', 'venv', folder]);
  const pip = [join(programs, 'python'), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'] as const;
  await runOrMissing(failed, [...pip, '--requirement', requirements]);
  await writeFile(complete, '');
  return programs;
};

/** The versions of some packages that a peer's requirements pin. */
export const pinnedVersions = async (peer: PythonPeer, packages: readonly string[]): Promise<Readonly<Record<string, string>>> => {
  const lines = (await readFile(join(PYTHON_FOLDER, `requirements-${peer}.txt`), 'utf8')).trim().split('\n');
  const pinned = new Map(lines.map((line) => line.split('==') as [string, string])); // as: pins are all that the file holds
  return Object.fromEntries(packages.map((name) => [name.toLowerCase(), pinned.get(name) ?? 'unknown']));
};

const LEAST_JAVA = 17;

/** @throws PeerMissingError without a Java that Spark runs on. */
export const requireJava = (): void => {
  const said = firstLine('java', ['-version']);
  const version = Number(/version "(\d+)/.exec(said ?? '')?.[1]);
  if (!(version >= LEAST_JAVA))
    throw new PeerMissingError(`Spark needs Java ${LEAST_JAVA} or newer, and java is ${said ?? 'not installed'}`);
};
