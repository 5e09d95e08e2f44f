/** What docs/deploy.md says about servers, followed literally: a run, two processes of each layer, and a rating to the one that the other shows. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { freePort } from '../e2e/free-port.ts';
import { ROOT } from '../planted-copy.ts';
import { needsServers } from './needs-servers.ts';

const run = promisify(execFile);

/** The block of shell commands behind a heading. */
const commandsBehind = (heading: string): string => {
  const page = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8');
  const block = page.slice(page.indexOf(heading)).split('```sh\n')[1]?.split('```')[0];
  if (block === undefined) throw new Error(`there are no commands behind ${heading}`);
  return block;
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-documented-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.skipIf(needsServers('kafka', 'registry', 'cassandra', 's3', 'postgres', 'redis'))(
  'a run, and speed and serving layer doubled, on Kafka, Cassandra, S3, PostgreSQL and Redis',
  async () => {
    // The folders that the page names are made here, not in the repository.
    const commands = commandsBehind('## On Kafka, Cassandra and S3')
      .replaceAll('./data-on-servers', join(folder, 'data'))
      .replaceAll('./sample', join(folder, 'sample'));
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', commands], {
      cwd: ROOT,
      env: { ...process.env, PORTS: `${await freePort()} ${await freePort()}`, RUSHES_LOG_FORMAT: 'json', NODE_ENV: undefined },
      maxBuffer: 64 * 1024 * 1024,
    }).catch((error: { readonly stdout?: string; readonly stderr?: string }) => {
      throw new Error(`the commands failed:\n${error.stdout}\n${error.stderr}`, { cause: error });
    });
    for (const layer of ['speed', 'serving']) expect(stdout.match(new RegExp(`^(?:Processes| {9}) {4}${layer} `, 'gm'))).toHaveLength(2);
    expect(stdout).toMatch(/visible after [\d.]+ s/);
    process.stdout.write(`${/visible after .*/.exec(stdout)?.[0]}\n`);
    const movie = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as {
      readonly data: { readonly ratings: { readonly live: unknown } };
    }; // as: the last answer
    expect(movie.data.ratings.live).toMatchObject({ rating: 9 });
  },
);
