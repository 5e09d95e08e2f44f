import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

const MODULE = fileURLToPath(new URL('peak-memory.ts', import.meta.url));
const LARGE = 400 * 1024 * 1024;

test.skipIf(!existsSync('/proc/self/status'))('what a large parent had is not counted as its own', () => {
  const held = Buffer.alloc(LARGE, 1);
  const program = `import { peakMemoryMb } from ${JSON.stringify(MODULE)}; process.stdout.write(String(peakMemoryMb()));`;
  const peak = Number(execFileSync(process.execPath, ['--input-type=module-typescript', '-e', program], { encoding: 'utf8' }));
  expect(held.at(-1)).toBe(1);
  expect(peak).toBeGreaterThan(10);
  expect(peak).toBeLessThan(300);
});
