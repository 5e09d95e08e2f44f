/** The lock must serve every platform and every registry: `npm ci` refuses one that is not complete. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { missingOptionals, type LockedPackages } from '../tools/complete-lock.ts';
import { ROOT } from './planted-copy.ts';

const text = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
// as: npm's own file in its documented form
const { packages } = JSON.parse(text) as { packages: LockedPackages };

test('no optional package is missing (else: tools/bin/node tools/complete-lock.ts)', () => {
  expect(missingOptionals(packages)).toEqual({});
});

test('no registry is named: neither in the lock nor in .npmrc', () => {
  const addresses = Object.values(packages).flatMap((entry) =>
    'resolved' in entry && String(entry.resolved).includes('://') ? [String(entry.resolved)] : [],
  );
  expect(addresses).toEqual([]);
  expect(readFileSync(join(ROOT, '.npmrc'), 'utf8')).not.toMatch(/:\/\/|registry\s*=/);
});

test('what is missing is put back for its platform only', () => {
  const locked: LockedPackages = {
    '': {},
    'node_modules/parser': {
      version: '1.0.0',
      dev: true,
      optionalDependencies: { '@parser/linux-arm64-musl': '1.0.0', '@parser/win32-x64': '1.0.0', there: '2.0.0', ranged: '^1.0.0' },
    },
    'node_modules/there': { version: '2.0.0', optional: true },
    'node_modules/outer/node_modules/inner': { version: '1.0.0', optionalDependencies: { '@inner/darwin-arm64': '3.0.0' } },
    'node_modules/outer/node_modules/@inner/darwin-arm64': { version: '3.0.0', optional: true },
  };
  expect(missingOptionals(locked)).toEqual({
    'node_modules/@parser/linux-arm64-musl': { version: '1.0.0', os: ['linux'], cpu: ['arm64'], libc: ['musl'], dev: true, optional: true },
    'node_modules/@parser/win32-x64': { version: '1.0.0', os: ['win32'], cpu: ['x64'], dev: true, optional: true },
  });
});
