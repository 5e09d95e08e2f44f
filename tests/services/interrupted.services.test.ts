/** Tests that are interrupted leave nothing running: neither servers, theirs or those that were started for them, nor whatever else they have started. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { OWN_SERVERS } from '../../tools/services/guard.ts';
import { needsServers } from './needs-servers.ts';

const fileUrl = (path: string): string => new URL(path, import.meta.url).href;

/** Starts a server and another process, says which, and waits for its end. */
const TESTS = `
  const { spawn } = await import('node:child_process');
  const { writeFileSync } = await import('node:fs');
  const { startOwnServers } = await import('${fileUrl('own-servers.ts')}');
  const servers = await startOwnServers(['s3']);
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const started = { tests: process.pid, other: other.pid, server: servers.folder('s3'), address: servers.address('s3'), shared: process.env.SHARED };
  writeFileSync(process.env.STARTED, JSON.stringify(started));
  setInterval(() => {}, 1000);
`;
const GUARD = `
  const { startGuard } = await import('${fileUrl('../../tools/services/guard.ts')}');
  const { startOwnServers } = await import('${fileUrl('own-servers.ts')}');
  const guard = await startGuard();
  const shared = await startOwnServers(['s3']);
  guard.add(shared.folder('s3'));
  process.exitCode = await guard.run(['--input-type=module', '-e', process.env.TESTS], { SHARED: shared.address('s3') });
  await guard.end();
`;

interface Started {
  readonly tests: number;
  readonly other: number;
  readonly server: string;
  readonly address: string;
  /** Of one that was started for the tests. */
  readonly shared: string;
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-interrupted-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};
const answers = (address: string): Promise<boolean> =>
  fetch(`${address}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );

const begin = async (): Promise<{ readonly guard: ChildProcess; readonly started: Started }> => {
  const file = join(folder, 'started.json');
  const env = { ...process.env, [OWN_SERVERS]: folder };
  const guard = spawn(process.execPath, ['--input-type=module', '-e', GUARD], { env: { ...env, TESTS, STARTED: file }, stdio: 'ignore' });
  const read = (): Started | undefined => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8') || 'null') ?? undefined) : undefined);
  await expect.poll(read, { timeout: 60_000 }).toBeDefined();
  const started = read();
  if (started === undefined) throw new Error('it has not started');
  return { guard, started };
};

describe.skipIf(needsServers('s3'))('what tests have started (skipped: no S3 server can be had here)', () => {
  test.each([
    ['Ctrl-C', 'SIGINT', 'guard'],
    ['SIGTERM', 'SIGTERM', 'guard'],
    ['a crash of the tests', 'SIGKILL', 'tests'],
    ['a crash of what runs them', 'SIGKILL', 'guard'],
  ] as const)('ends on %s', async (_what, signal, whom) => {
    const { guard, started } = await begin();
    const { tests, other, server, address, shared } = started;
    expect([isAlive(tests), isAlive(other), await answers(address), await answers(shared)]).toEqual([true, true, true, true]);
    const ended = once(guard, 'exit');
    if (whom === 'guard') guard.kill(signal);
    else process.kill(tests, signal);
    expect(await ended).toEqual(whom === 'guard' && signal === 'SIGKILL' ? [null, 'SIGKILL'] : [1, null]);
    const left = async () => [isAlive(tests), isAlive(other), await answers(address), await answers(shared), existsSync(server)];
    await expect.poll(left, { timeout: 30_000 }).toEqual([false, false, false, false, false]);
  });
});
