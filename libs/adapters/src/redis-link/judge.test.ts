import { expect, test } from 'vitest';

import { infoFindings, latencyFindings, readInfo } from './judge.ts';

const GOOD = [
  '# Server',
  'redis_version:7.0.15',
  '',
  '# Memory',
  'maxmemory:268435456',
  'maxmemory_policy:allkeys-lru',
  'role:master',
  'cluster_enabled:0',
];
const messagesOf = (...changed: readonly string[]): readonly string[] =>
  infoFindings(readInfo([...GOOD, ...changed].join('\r\n'))).map(({ message }) => message);

test('a server that is as it should be', () => {
  expect(messagesOf()).toEqual([]);
  expect(latencyFindings(0.3)).toEqual([]);
});

test.each([
  ['redis_version:6.0.16', 'older than 6.2'],
  ['redis_version:5.0.3', 'older than 6.2'],
  ['maxmemory:0', 'maxmemory is 0'],
  ['maxmemory_policy:noeviction', 'noeviction'],
  ['maxmemory_policy:volatile-ttl', 'volatile-ttl'],
  ['maxmemory_policy:allkeys-random', 'allkeys-random'],
  ['role:slave', 'replica'],
  ['cluster_enabled:1', 'cluster'],
])('%s is told', (line, message) => {
  expect(messagesOf(line)).toEqual([expect.stringContaining(message)]);
});

test('a way that is slow is told', () => {
  expect(latencyFindings(12.34)).toMatchObject([{ level: 'warning', message: expect.stringContaining('12.3 ms') }]);
});

test('what it does not say is no finding', () => {
  expect(infoFindings(readInfo(''))).toEqual([]);
});
