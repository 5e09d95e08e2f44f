/** The settings of overload reach the service under the names that it reads. */
import { SETTINGS } from '../../libs/runtime/src/config/settings.ts';
import { DEFAULT_OPTIONS } from '@rushes/serving';
import { expect, test } from 'vitest';

test.each(['overload', 'serving', 'http'] as const)('every setting of the group %s is an option of the service', (group) => {
  const options: object = group === 'overload' ? DEFAULT_OPTIONS.overload : DEFAULT_OPTIONS;
  expect(Object.keys(SETTINGS[group]).filter((name) => !(name in options))).toEqual([]);
});
