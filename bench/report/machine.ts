/** Where and on what a result was measured. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';

import { version as duckdbVersion } from '@duckdb/node-api';

const installed = (name: string): string => {
  const path = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }; // as: npm installs no package without
  return version;
};

const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: new URL('../..', import.meta.url), encoding: 'utf8' }).trim();

export interface Surroundings {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memoryGb: number; readonly kernel: string };
  readonly versions: Readonly<Record<string, string>>;
  /** The commit; `-changed` if files differ from it. */
  readonly commit: string;
}

export const surroundings = (): Surroundings => ({
  machine: {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: `${type()} ${release()}`,
  },
  versions: {
    node: process.versions.node,
    duckdb: duckdbVersion(),
    sqlite: process.versions['sqlite'] ?? 'unknown',
    fastify: installed('fastify'),
    autocannon: installed('autocannon'),
    rushes: installed('rushes'),
  },
  commit: `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '-changed'}`,
});
