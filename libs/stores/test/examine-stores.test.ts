/** What is told of stores before they are used: each by itself, all that is wrong at once. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { StoreCheck } from '@rushes/ports';
import { StoreUnavailable } from '@rushes/ports';
import { TerminalError } from '@rushes/runtime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { checkServers } from '../src/check-servers.ts';
import { examineStores, locationsIn, openEmbeddedStores } from '../src/index.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rushes-examined-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const statesIn = async (data: string): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries((await examineStores(locationsIn(data))).map(({ kind, state }) => [kind, state]));

describe('every store is looked at', () => {
  test('what is not there is not made', async () => {
    const data = join(folder, 'none');
    expect(await statesIn(data)).toEqual({ objects: 'absent', views: 'absent', log: 'absent', speed: 'absent', keys: 'absent' });
    expect(existsSync(data)).toBe(false);
  });

  test('what is there answers, and one that is damaged does not hide the others', async () => {
    await (await openEmbeddedStores(folder)).close();
    expect(await statesIn(folder)).toEqual({ objects: 'answers', views: 'answers', log: 'answers', speed: 'answers', keys: 'answers' });
    for (const name of ['speed.sqlite', 'speed.sqlite-wal', 'speed.sqlite-shm']) rmSync(join(folder, name), { force: true });
    writeFileSync(join(folder, 'speed.sqlite'), 'no database, but long enough to be looked at as one'.repeat(50));
    const reports = await examineStores(locationsIn(folder));
    expect(reports.filter(({ state }) => state === 'fails')).toMatchObject([
      { kind: 'speed', findings: [{ level: 'fault', message: expect.stringContaining('is damaged'), hint: expect.stringMatching(/\.$/) }] },
    ]);
    expect(reports.find(({ kind }) => kind === 'log')).toMatchObject({ state: 'answers', latencyMs: expect.any(Number), findings: [] });
  });
});

const server = (location: string, check: () => Promise<StoreCheck>) => ({ location, check });
const finding = (level: 'fault' | 'warning', message: string) => ({ level, message, hint: `Mend ${message}.` });

describe('before stores are opened', () => {
  test('all faults of all servers are told together, also of one that does not answer', async () => {
    const checking = checkServers({
      objects: server('s3://a', async () => ({ version: undefined, findings: [finding('fault', 'one'), finding('warning', 'two')] })),
      log: server('kafka://b', () =>
        Promise.reject(new StoreUnavailable({ location: 'kafka://b', reason: 'is out of reach', hint: 'See whether it runs.' })),
      ),
      speed: server('cassandra://c', async () => ({ version: '5', findings: [finding('fault', 'three')] })),
      keys: { location: '/keys.sqlite' },
    });
    await expect(checking).rejects.toBeInstanceOf(TerminalError);
    await expect(checking).rejects.toThrow(
      [
        '3 things of stores cannot be used:',
        '  stores.objects: one. Mend one.',
        '  stores.log: kafka://b is out of reach. See whether it runs.',
        '  stores.speed: three. Mend three.',
      ].join('\n'),
    );
  });

  test('warnings are returned, with whose they are', async () => {
    const checked = checkServers({
      speed: server('cassandra://c', async () => ({ version: '5', findings: [finding('warning', 'two')] })),
    });
    expect(await checked).toEqual([{ kind: 'speed', location: 'cassandra://c', level: 'warning', message: 'two', hint: 'Mend two.' }]);
  });
});
