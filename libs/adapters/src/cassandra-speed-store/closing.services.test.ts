/** After `close` nothing keeps a process alive, whatever became of its connections before: shown by processes that end by themselves. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { afterAll, expect, test } from 'vitest';

import { TEST_CASSANDRA, testKeyspaces } from './keyspaces-for-tests.ts';

const keyspaces = testKeyspaces();
afterAll(() => keyspaces.end());

/** What the process does between opening and closing the store behind the proxy. */
const HAPPENINGS = {
  nothing: '',
  'connections broke, and others were made': `
    proxy.cut();
    while (!(await store.readRows([row]).then(() => true, () => false))) await sleep(50);
    proxy.cut();
    while (!(await store.readRows([row]).then(() => true, () => false))) await sleep(50);
    await sleep(600);`,
  'the server is gone': 'await proxy.close(); await sleep(600);',
  'an answer is missing': `proxy.answers('lose'); store.upsert([row], 60_000).catch(() => undefined); await sleep(50);`,
};

const program = (keyspace: string, happening: string): string => `
  import { setTimeout as sleep } from 'node:timers/promises';
  import { openCassandraSpeedStore } from '${import.meta.resolve('./index.ts')}';
  import { startProxy } from '${import.meta.resolve('../for-tests/tcp-proxy.ts')}';
  const proxy = await startProxy('${TEST_CASSANDRA}');
  const store = await openCassandraSpeedStore({ contactPoints: [proxy.contactPoint], keyspace: '${keyspace}', replicationFactor: 1, limits: { requestTimeoutMs: 2_000 } });
  const row = { view: 'v', key: 'k', epoch: 1, partition: 'movie.ratings/0', generation: 0, lastOffset: 1, appendedAtMs: 1, timestampUs: 1, state: 's' };
  await store.upsert([row], 60_000);
  const waiting = store.changesAfter({ 'movie.ratings/0': 0 }, { limit: 1, waitMs: 600_000 }).catch(() => undefined);
  ${happening}
  await store.close();
  await waiting;
  await proxy.close().catch(() => undefined);
  console.log('closed');
`;

test.each(Object.entries(HAPPENINGS))('%s', async (_, happening) => {
  const keyspace = await keyspaces.take();
  await (await keyspace.open()).close();
  const args = ['--input-type=module-typescript', '--eval', program(keyspace.name, happening)];
  // A process that does not end is killed, and that is an error.
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
  expect(stdout).toBe('closed\n');
  await keyspace.giveBack();
});
