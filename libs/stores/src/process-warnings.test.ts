import { expect, test } from 'vitest';

import { lagWarnings, quotaWarnings, tmdbState } from './process-warnings.ts';

const process = (state: Readonly<Record<string, string | number | boolean | null>>) => ({ host: 'here', pid: 7, state });

test('of the requests of a day, nine of ten are used', () => {
  expect(quotaWarnings([process(tmdbState(101, 1000)), process({ ready: true })])).toEqual([]);
  expect(quotaWarnings([process(tmdbState(75, 1000))])).toEqual([{ what: 'quota', of: 'TMDB', value: 0.925, limit: 0.9, unit: 'share' }]);
  // Set to none: nothing can be asked.
  expect(quotaWarnings([process(tmdbState(0, 0))])).toMatchObject([{ value: 1 }]);
});

test('a process shows events late from half of the time on after which answers say so', () => {
  expect(lagWarnings([process({ lagMs: 2_499 }), process({ ready: true })], 5_000)).toEqual([]);
  expect(lagWarnings([process({ lagMs: 2_500 })], 5_000)).toEqual([{ what: 'lag', of: 'here:7', value: 2.5, limit: 2.5, unit: 'seconds' }]);
});
