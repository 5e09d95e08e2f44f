import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { bytesOfValue, valueOfBytes } from './value-bytes.ts';

test.each([
  ['text', 'Amélie'],
  ['nothing', undefined],
  ['an answer', { body: Buffer.from('{"data":"Amélie"}'), bytes: 18, next: null }],
  ['typed arrays', { floats: new Float64Array([1.5, -0]), ints: new Uint16Array([1, 65_535]), odd: new Uint8Array([7]) }],
  ['maps, sets and dates', { map: new Map([[1, new Set(['a'])]]), at: new Date(0), big: 2n ** 70n }],
])('%s comes back', (_name, value) => {
  expect(valueOfBytes(bytesOfValue(value))).toEqual({ value });
});

test('any plain data comes back', () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }), (value) => {
      expect(valueOfBytes(bytesOfValue(value))).toEqual({ value });
    }),
  );
});

test('an answer of ASCII takes its length and little more', () => {
  const body = 'x'.repeat(10_000);
  expect(bytesOfValue({ body, bytes: body.length, next: null }).byteLength).toBeLessThan(10_100);
});

test('what is cut, changed or of another form is no value', () => {
  const bytes = bytesOfValue({ body: 'text', bytes: 4, next: null });
  for (let length = 0; length < bytes.byteLength; length++) expect(valueOfBytes(bytes.subarray(0, length))).toBeUndefined();
  for (let at = 0; at < bytes.byteLength; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(valueOfBytes(changed)).toBeUndefined();
  }
});

test('buffers keep no memory but their own', () => {
  const bytes = Buffer.concat([Buffer.alloc(100_000), bytesOfValue(Buffer.from('text'))]);
  const { value } = valueOfBytes(bytes.subarray(100_000)) as { value: Buffer };
  expect(value.toString()).toBe('text');
  expect(value.buffer.byteLength).toBeLessThan(100);
});
