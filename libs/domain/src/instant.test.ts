import { expect, test } from 'vitest';

import { readInstant } from './instant.ts';

test.each(['2024-02-29T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '2026-01-01T12:00:00.5Z'])(
  '%s is an instant',
  (text) => {
    expect(readInstant(text)).toBe(Date.parse(text));
  },
);

test.each([
  '2026-02-30T00:00:00Z',
  '2026-02-29T12:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-00-10T00:00:00Z',
  '2026-01-00T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T23:60:00Z',
  '2026-01-01T23:59:60Z',
  '0000-01-01T00:00:00Z',
  '2026-01-01',
  '2026-01-01T00:00:00',
  '2026-01-01T00:00:00+01:00',
  '+012026-01-01T00:00:00Z',
  '',
])('%j is none', (text) => {
  expect(readInstant(text)).toBeUndefined();
});
