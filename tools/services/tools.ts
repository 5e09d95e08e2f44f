/** Programs of this machine that servers are fetched, built and run with. */
import { execFile, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { ServiceError } from './service.ts';

const runFile = promisify(execFile);

const JVM_FOLDER = '/usr/lib/jvm';
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const SHOWN_LINES = 15;

/** Whether a program of this name can be started. */
export const isInstalled = (program: string, versionFlag = '--version'): boolean => spawnSync(program, [versionFlag]).error === undefined;

/** Runs a program to its end. Returns its standard output. @throws ServiceError with the end of what it said. */
export const runTool = async (program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> => {
  try {
    const { stdout } = await runFile(program, args, { env: { ...process.env, ...env }, maxBuffer: MAX_OUTPUT_BYTES });
    return stdout;
  } catch (cause) {
    const { stdout = '', stderr = '' } = cause as { readonly stdout?: string; readonly stderr?: string }; // as: what execFile adds to its error
    const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-SHOWN_LINES).join('\n');
    throw new ServiceError(`${program} ${args.join(' ')} failed:\n${said}`, { cause });
  }
};

const jvms = (): readonly string[] => {
  try {
    return readdirSync(JVM_FOLDER).map((name) => join(JVM_FOLDER, name));
  } catch {
    return [];
  }
};

const majorOf = (java: string): number => {
  const { stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0); // an absent program has said nothing
};

const found = new Map<string, number>();

/** A Java of a major version that fits, or `undefined`: of `JAVA_HOME`, of the path, or of Debian's packages. */
export const findJava = (fits: (major: number) => boolean): string | undefined => {
  const homes = [process.env['JAVA_HOME'], ...jvms()].filter((home) => home !== undefined && home !== '');
  for (const java of ['java', ...homes.map((home) => join(home ?? '', 'bin', 'java'))]) {
    const major = found.get(java) ?? majorOf(java);
    found.set(java, major);
    if (fits(major)) return java;
  }
  return undefined;
};

/** What is missing to run a server from Maven's packages. */
export const missingForJava = (wanted: string, fits: (major: number) => boolean): string | undefined => {
  if (findJava(fits) === undefined)
    return `it needs Java ${wanted}, which is neither JAVA_HOME, nor on the path, nor in ${JVM_FOLDER} (Debian: apt-get install openjdk-17-jre-headless; newer ones from adoptium.net)`;
  return isInstalled('mvn') ? undefined : 'it is fetched with Maven, and there is no `mvn` on the path (Debian: apt-get install maven)';
};
