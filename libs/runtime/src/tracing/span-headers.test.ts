import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { UsageError } from '../errors.ts';
import { readSpanHeaders } from './span-headers.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'span-headers-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (text: string) => {
  const path = join(folder, 'headers');
  writeFileSync(path, text);
  return readSpanHeaders(path);
};

test('a header a line, whatever the line ends; without a file there are none', async () => {
  expect(await read('Authorization: Bearer a:b \r\n\nx-scope:\tfilms')).toEqual({ Authorization: 'Bearer a:b', 'x-scope': 'films' });
  expect(await readSpanHeaders(undefined)).toEqual({});
});

test('every line at fault is named, and what stands there is not told', async () => {
  const reading = read('a: 1\nsecret\nb b: secret\nc:\nd: sec\u0000ret\n');
  await expect(reading).rejects.toBeInstanceOf(UsageError);
  await expect(reading).rejects.toThrow(/headers, line 2, 3, 4, 5$/);
});

test('a file that cannot be read stops the start', async () => {
  const path = join(folder, 'none');
  await expect(readSpanHeaders(path)).rejects.toThrow(`tracing.headersFile: ${path} cannot be read`);
});
