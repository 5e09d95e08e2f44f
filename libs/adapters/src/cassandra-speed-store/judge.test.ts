import { describe, expect, test } from 'vitest';

import { clockFindings, hostFindings, keyspaceFindings, tableFindings } from './judge.ts';
import { TABLES } from './tables.ts';

const levels = (findings: readonly { readonly level: string; readonly message: string; readonly hint: string }[]) => {
  for (const { message, hint } of findings) expect([message.length > 10, hint]).toEqual([true, expect.stringMatching(/\.$/)]);
  return findings.map(({ level }) => level);
};

test.each([
  ['5.0.9', 'batch', 'v2', []],
  ['4.1.0', 'batch', 'v2', []],
  ['10.0', 'batch', undefined, []],
  ['4.0.11', 'batch', undefined, ['fault']],
  ['3.11.19', 'periodic', undefined, ['fault', 'warning']],
  ['5.0.9', 'periodic', 'v1', ['warning', 'warning']],
  ['5.0.9', 'group', 'v2', ['warning']],
  ['5.1-beta1', 'batch', 'v2_without_linearizable_reads', ['warning']],
])('a host with %s, %s, %s', (version, commitlogSync, paxosVariant, expected) => {
  expect(levels(hostFindings('a', { version, commitlogSync, paxosVariant }))).toEqual(expected);
});

test.each([
  [1_000, []],
  [-4_900, []],
  [6_000, ['warning']],
  [-6_000, ['warning']],
  [31_000, ['fault']],
  [-31_000, ['fault']],
])('a clock that is %d ms ahead', (aheadMs, expected) => {
  expect(levels(clockFindings('a', 1e12 + 50 + aheadMs, 1e12, 1e12 + 100))).toEqual(expected);
});

describe('a keyspace', () => {
  const judge = (replication: Readonly<Record<string, string>>, hosts = 3, durableWrites = true) =>
    levels(keyspaceFindings({ keyspace: 'k', dataCenter: 'dc1', hosts, replication, durableWrites, wanted: 3 }));
  const topology = 'org.apache.cassandra.locator.NetworkTopologyStrategy';

  test.each([
    [{ class: topology, dc1: '3' }, 3, []],
    [{ class: topology, dc1: '1' }, 3, ['warning']],
    [{ class: topology, dc1: '3' }, 2, []],
    [{ class: topology, dc1: '3' }, 1, ['fault']],
    [{ class: topology, dc2: '3' }, 3, ['fault']],
    [{ class: 'org.apache.cassandra.locator.SimpleStrategy', replication_factor: '3' }, 3, ['warning']],
  ] as const)('with %j on %d hosts', (replication, hosts, expected) => {
    expect(judge(replication, hosts)).toEqual(expected);
  });

  test('without durable writes', () => {
    expect(judge({ class: topology, dc1: '3' }, 3, false)).toEqual(['fault']);
  });
});

describe('a table', () => {
  const made = {
    compaction: {
      class: 'org.apache.cassandra.db.compaction.TimeWindowCompactionStrategy',
      compaction_window_unit: 'HOURS',
      compaction_window_size: '2',
    },
    defaultTtlS: 172_800,
    gcGraceS: 10_800,
  };

  test.each([
    [made, []],
    [{ ...made, defaultTtlS: 0 }, ['warning']],
    [{ ...made, gcGraceS: 864_000 }, ['warning']],
    [{ ...made, compaction: { class: 'SizeTieredCompactionStrategy' } }, ['warning']],
    [{ ...made, compaction: { ...made.compaction, compaction_window_size: '1' } }, ['warning']],
    [undefined, ['fault']],
  ])('with %j', (facts, expected) => {
    const rows = TABLES.filter(({ name }) => name === 'speed_rows');
    expect(levels(rows.flatMap((table) => tableFindings('k', table, facts)))).toEqual(expected);
  });

  test('one that is not dropped by time may have any', () => {
    const owned = TABLES.filter(({ name }) => name === 'owned');
    expect(owned.flatMap((table) => tableFindings('k', table, { compaction: {}, defaultTtlS: 0, gcGraceS: 1 }))).toEqual([]);
  });
});
