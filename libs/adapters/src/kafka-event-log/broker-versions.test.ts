import { expect, test } from 'vitest';

import { type ToldFeatures, versionCheck } from './broker-versions.ts';

/** @param agreed on by the cluster; `undefined`: nothing. */
const broker = (maxVersion: number, agreed: number | undefined = maxVersion): ToldFeatures => ({
  supportedFeatures: [
    { name: 'kraft.version', maxVersion: 1 },
    { name: 'metadata.version', maxVersion },
  ],
  finalizedFeatures: agreed === undefined ? [] : [{ name: 'metadata.version', maxVersionLevel: agreed }],
});

test.each([
  [21, '3.9'],
  [25, '4.0'],
  [27, '4.1'],
  [29, '4.2'],
  [30, '4.3'],
  [31, 'later than 4.3'],
])('the format %d of metadata is of %s, and nothing is wrong with it', (format, version) => {
  expect(versionCheck([broker(format), broker(format, undefined)])).toEqual({ version, findings: [] });
});

test('in the middle of an upgrade both releases are named', () => {
  expect(versionCheck([broker(30, 25), broker(25)])).toEqual({ version: '4.0 and 4.3', findings: [] });
});

test.each([
  [[broker(20)], 'it is Kafka 3.8'],
  [[broker(30, 20), broker(20)], 'it is Kafka 3.8 in part'],
  [[broker(0)], 'it is Kafka older than 3.0'],
])('what is older than it has to be is a fault', (told, message) => {
  expect(versionCheck(told).findings).toEqual([{ level: 'fault', message, hint: 'It takes Kafka 3.9 or newer.' }]);
});

test('an upgrade that was not finished is worth a warning', () => {
  const { version, findings } = versionCheck([broker(30, 14)]);
  expect(version).toBe('4.3');
  expect(findings).toMatchObject([{ level: 'warning', message: expect.stringContaining('in the format of 3.6') }]);
});

test('who says nothing of it is of no version', () => {
  expect(versionCheck([{ supportedFeatures: [], finalizedFeatures: [] }])).toEqual({ version: undefined, findings: [] });
});
