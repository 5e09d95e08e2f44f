import { expect, test } from 'vitest';

import { nearestName } from './nearest-name.ts';

test.each([
  ['RUSHES_PROT', 'RUSHES_PORT'],
  ['rushes_port', 'RUSHES_PORT'],
  ['RUSHES_RATE_LIMIT_PER_MIN', 'RUSHES_RATE_LIMIT_PER_MINUTE'],
  ['RUSHES_COMPLETELY_DIFFERENT', undefined],
])('%s means %s', (name, meant) => {
  expect(nearestName(name, ['RUSHES_PORT', 'RUSHES_HOST', 'RUSHES_RATE_LIMIT_PER_MINUTE'])).toBe(meant);
});
