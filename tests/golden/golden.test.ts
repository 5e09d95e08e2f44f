/** The batch layer over IMDb's own files, against a second implementation in plain TypeScript. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import { atDepth } from '@rushes/ports/contracts/depth';
import { afterAll, beforeAll, describe } from 'vitest';

import { ROOT } from '../planted-copy.ts';
import { type BuiltVersion, buildVersion } from './built-version.ts';
import { type ExpectedVersion, expectedVersion } from './expected-version.ts';
import { testVersion } from './version-tests.ts';

describe.each(atDepth({ quick: ['imdb-500'], deep: ['imdb-500', 'imdb-heads-2025'] }))('%s', (name) => {
  const folder = resolve(ROOT, '../shared/data', name);
  const there = existsSync(folder);
  if (!there)
    process.stdout.write(`golden answers of ${name} are skipped: IMDb's files are not in ${folder}, and may not be in the repository\n`);

  describe.skipIf(!there)('equals the reference', () => {
    let version: BuiltVersion;
    let expected: ExpectedVersion;
    beforeAll(async () => {
      version = await buildVersion(folder);
      expected = expectedVersion(folder);
    });
    afterAll(() => version.close());

    testVersion(() => ({ version, expected }));
  });
});
