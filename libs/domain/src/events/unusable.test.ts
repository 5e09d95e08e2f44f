import { expect, test } from 'vitest';

import { judgeEvent } from './silver-event.ts';
import { unusableReason, unusableText } from './unusable.ts';

const CONTEXT = { topic: 'movie.ratings', key: 'any', appendedAtMs: 0 } as const;

test('a record that cannot be used is judged to be what its reason says', () => {
  const text = unusableText('schema 7 is not known', new Uint8Array([0, 255, 7]));
  expect(judgeEvent(text, CONTEXT)).toEqual({ fault: 'schema 7 is not known' });
  expect(JSON.parse(text)).toEqual({ unusable: 'schema 7 is not known', base64: 'AP8H' });
  expect(judgeEvent(unusableText('it has no value', null), CONTEXT)).toEqual({ fault: 'it has no value' });
});

test('keeps the bytes of a part of a buffer', () => {
  const part = Buffer.from('before, this, after').subarray(8, 12);
  expect(JSON.parse(unusableText('why', part))).toMatchObject({ base64: Buffer.from('this').toString('base64') });
});

test.each([
  ['no bytes', '{"unusable":"x"}'],
  ['more members', '{"unusable":"x","base64":"","type":"rating_given"}'],
  ['a reason that is no text', '{"unusable":1,"base64":""}'],
])('a text with %s is judged as any other', (_, text) => {
  expect(unusableReason(JSON.parse(text) as Record<string, unknown>)).toBeUndefined(); // as: an object
  expect(judgeEvent(text, CONTEXT)).toEqual({ fault: expect.stringContaining('unknown ') });
});
