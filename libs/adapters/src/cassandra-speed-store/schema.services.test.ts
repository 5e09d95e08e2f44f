/** Keyspace, tables and start checks on a real server. */
import { randomBytes } from 'node:crypto';

import type { StoreFinding } from '@rushes/ports';
import { afterAll, expect, test } from 'vitest';

import { checkCassandra, openCassandraSpeedStore } from './index.ts';
import { TEST_CASSANDRA, testKeyspaces } from './keyspaces-for-tests.ts';

const keyspaces = testKeyspaces();
const made: string[] = [];
const newName = (): string => {
  const name = `rushes_test_${randomBytes(8).toString('hex')}`;
  made.push(name);
  return name;
};
afterAll(async () => {
  for (const name of made) await keyspaces.execute(name, 'DROP KEYSPACE IF EXISTS %KS%');
  await keyspaces.end();
});
const optionsFor = (keyspace: string) => ({ contactPoints: [TEST_CASSANDRA], keyspace, replicationFactor: 1 });
const caught = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

test('racing processes make one store, which passes the checks; a newer one is refused', async () => {
  const keyspace = newName();
  const stores = await Promise.all(Array.from({ length: 4 }, () => openCassandraSpeedStore(optionsFor(keyspace))));
  const claimed = await Promise.all(stores.map((store, n) => store.claimLog(`log ${n}`)));
  expect(new Set(claimed.map(({ log }) => log)).size).toBe(1);
  for (const store of stores) await store.close();

  const { findings, version } = await checkCassandra(optionsFor(keyspace));
  expect(version).toMatch(/^\d+\.\d+/);
  expect(findings.filter(({ level }) => level === 'fault')).toEqual([]);
  expect((await checkCassandra({ ...optionsFor(keyspace), replicationFactor: 2 })).findings).toContainEqual(
    expect.objectContaining({
      level: 'warning',
      message: expect.stringContaining('has 1 replicas in the data center datacenter1, 2 are configured'),
    }),
  );

  await keyspaces.execute(keyspace, `ALTER TABLE %KS%.speed_rows WITH gc_grace_seconds = 864000`);
  await keyspaces.execute(keyspace, 'DROP TABLE %KS%.heads');
  await keyspaces.execute(keyspace, 'ALTER KEYSPACE %KS% WITH durable_writes = false');
  const warnings: StoreFinding[] = [];
  const refused = await caught(openCassandraSpeedStore({ ...optionsFor(keyspace), onWarning: (finding) => warnings.push(finding) }));
  expect(refused).toMatchObject({ name: 'StoreFault', message: expect.stringMatching(/durable_writes = false.*no table heads/) });
  expect(warnings.map(({ message }) => message)).toContainEqual(expect.stringContaining('speed_rows has other options'));

  await keyspaces.execute(keyspace, 'UPDATE %KS%.schema_version SET version = 99 WHERE only = 0 IF EXISTS');
  for (const readOnly of [true, false])
    expect(await caught(openCassandraSpeedStore({ ...optionsFor(keyspace), readOnly }))).toMatchObject({
      name: 'StoreFault',
      message: expect.stringContaining('has tables of version 99'),
      hint: expect.stringContaining('newer version'),
    });
});

test('what only reads makes nothing, and says that nothing is there', async () => {
  const keyspace = newName();
  expect(await caught(openCassandraSpeedStore({ ...optionsFor(keyspace), readOnly: true }))).toMatchObject({
    name: 'StoreFault',
    message: expect.stringContaining(`${keyspace} is not there`),
  });
  expect((await checkCassandra(optionsFor(keyspace))).findings.filter(({ level }) => level === 'fault')).toEqual([]);
  const { rows } = await keyspaces.execute(keyspace, 'SELECT keyspace_name FROM system_schema.keyspaces');
  expect(rows.map((row) => String(row['keyspace_name']))).not.toContain(keyspace);
});

test('a keyspace for more replicas than there are hosts is not made', async () => {
  const keyspace = newName();
  expect(await caught(openCassandraSpeedStore({ ...optionsFor(keyspace), replicationFactor: 3 }))).toMatchObject({
    name: 'StoreFault',
    message: expect.stringContaining('3 replicas in the data center datacenter1, which has one host'),
  });
});

test('a data center that there is not, a port where nobody listens', async () => {
  expect(await caught(openCassandraSpeedStore({ ...optionsFor(newName()), localDataCenter: 'elsewhere' }))).toMatchObject({
    name: 'StoreFault',
    message: expect.stringContaining('no such data center'),
  });
  for (const localDataCenter of ['datacenter1', undefined]) {
    const nobody = { ...optionsFor(newName()), contactPoints: ['127.0.0.1:1'], ...(localDataCenter && { localDataCenter }) };
    expect(await caught(openCassandraSpeedStore(nobody))).toMatchObject({
      name: 'StoreUnavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    expect(await checkCassandra(nobody)).toMatchObject({
      findings: [{ level: 'fault', message: expect.stringContaining('ECONNREFUSED') }],
    });
  }
});
