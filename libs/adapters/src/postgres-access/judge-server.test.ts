import { expect, test } from 'vitest';

import { judgeServer, type ServerFacts } from './check-postgres.ts';

const SOUND: ServerFacts = {
  versionNumber: 140_000,
  isStandby: false,
  encoding: 'UTF8',
  fsync: 'on',
  fullPageWrites: 'on',
  synchronousCommit: 'on',
  dataChecksums: 'on',
  readOnly: 'off',
  isSchemaThere: true,
  mayMakeSchema: false,
  mayUseSchema: true,
  hasTrigrams: true,
};

test('a server that is as it has to be gives no reason for a word', () => {
  expect(judgeServer(SOUND, 'rushes', true)).toEqual([]);
  expect(judgeServer({ ...SOUND, isSchemaThere: false, mayMakeSchema: true, mayUseSchema: false }, 'rushes', true)).toEqual([]);
});

test.each<[Partial<ServerFacts>, 'fault' | 'warning', RegExp]>([
  [{ versionNumber: 130_022 }, 'fault', /older than 14/],
  [{ encoding: 'LATIN1' }, 'fault', /encoding is LATIN1/],
  [{ isStandby: true, readOnly: 'on' }, 'fault', /standby/],
  [{ readOnly: 'on' }, 'fault', /default_transaction_read_only/],
  [{ mayUseSchema: false }, 'fault', /may not make tables in the schema rushes/],
  [{ isSchemaThere: false, mayUseSchema: false }, 'fault', /no schema rushes/],
  [{ fsync: 'off' }, 'warning', /fsync is off/],
  [{ fullPageWrites: 'off' }, 'warning', /full_page_writes is off/],
  [{ synchronousCommit: 'off' }, 'warning', /synchronous_commit is off/],
  [{ dataChecksums: 'off' }, 'warning', /no checksums of pages/],
  [{ hasTrigrams: false }, 'warning', /pg_trgm/],
])('%j', (changed, level, message) => {
  const findings = judgeServer({ ...SOUND, ...changed }, 'rushes', true);
  expect(findings).toEqual([{ level, message: expect.stringMatching(message), hint: expect.stringMatching(/\.$/) }]);
});

test('keys need neither checksums of pages nor trigrams', () => {
  expect(judgeServer({ ...SOUND, dataChecksums: 'off', hasTrigrams: false }, 'rushes', false)).toEqual([]);
});
