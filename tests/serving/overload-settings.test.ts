/** The settings of overload reach the service under the names that it reads. */
import { SETTINGS } from '../../libs/runtime/src/config/settings.ts';
import { DEFAULT_OPTIONS } from '@rushes/serving';
import { expect, test } from 'vitest';

/** How many services there are is no option of one. */
const OF_PROCESSES = ['workers'];

test.each(['overload', 'eventStreams', 'serving', 'http'] as const)(
  'every setting of the group %s is an option of the service',
  (group) => {
    const options: object = group === 'overload' || group === 'eventStreams' ? DEFAULT_OPTIONS[group] : DEFAULT_OPTIONS;
    expect(Object.keys(SETTINGS[group]).filter((name) => !(name in options) && !OF_PROCESSES.includes(name))).toEqual([]);
  },
);
