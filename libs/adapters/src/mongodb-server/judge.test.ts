import { expect, test } from 'vitest';

import { privilegeFindings, serverFindings, type ServerFacts } from './judge.ts';

const SOUND: ServerFacts = {
  version: '8.0.4',
  isMongod: true,
  role: 'replica set',
  members: 3,
  arbiters: 0,
  isReadOnly: false,
  majorityFromJournal: true,
};

test('a replica set of three on a release that is known is sound, also where its configuration may not be read', () => {
  expect(serverFindings(SOUND)).toEqual([]);
  expect(serverFindings({ ...SOUND, version: '6.0.0', majorityFromJournal: undefined })).toEqual([]);
  expect(serverFindings({ ...SOUND, role: 'sharded', members: 0 })).toEqual([]);
});

test.each([
  ['an old release', { version: '5.0.31' }, 'fault', /MongoDB 5\.0\.31/],
  ['another server with the protocol', { version: '5.0.0', isMongod: false, role: 'standalone', members: 0 }, 'warning', /no mongod/],
  ['no replica set', { role: 'standalone', members: 0 }, 'warning', /lost with its disk/],
  ['a set of one', { members: 1 }, 'warning', /lost with its disk/],
  ['a set of two', { members: 2 }, 'warning', /writes wait/],
  ['an arbiter', { members: 2, arbiters: 1 }, 'warning', /an arbiter/],
  ['a read-only server', { isReadOnly: true }, 'fault', /read-only/],
  ['no journal', { majorityFromJournal: false }, 'warning', /memory/],
] as const)('%s is told', (_, facts, level, message) => {
  const findings = serverFindings({ ...SOUND, ...facts });
  expect(findings.map((finding) => finding.level)).toEqual([level]);
  expect(findings[0]?.message).toMatch(message);
});

const READ_WRITE = ['find', 'listCollections', 'insert', 'update', 'remove', 'createCollection', 'createIndex', 'dropCollection'];

test('rights count where they are for the whole database', () => {
  const levels = (...privileges: Parameters<typeof privilegeFindings>[1] & {}): readonly string[] =>
    privilegeFindings('views', privileges).map(({ level }) => level);
  expect(levels({ resource: { db: 'views', collection: '' }, actions: READ_WRITE })).toEqual([]);
  expect(levels({ resource: { db: '', collection: '' }, actions: READ_WRITE })).toEqual([]);
  expect(levels({ resource: { anyResource: true }, actions: ['anyAction'] })).toEqual([]);
  expect(levels({ resource: { db: 'views', collection: '' }, actions: ['find', 'listCollections'] })).toEqual(['warning']);
  expect(levels({ resource: { db: 'views', collection: 'artefacts' }, actions: READ_WRITE })).toEqual(['fault', 'warning']);
  expect(levels({ resource: { db: 'other', collection: '' }, actions: READ_WRITE })).toEqual(['fault', 'warning']);
  expect(privilegeFindings('views', undefined)).toEqual([]);
});
