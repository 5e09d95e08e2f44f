import { globSync, readFileSync } from 'node:fs';

import { defineConfig } from 'vitest/config';

const TESTS = ['{libs,layers,apps}/*/{src,test}/**/*.test.ts', 'tests/**/*.test.ts'];
/** What is long by nature: a smaller one with the same assertions is among the others. */
const DEEP = '**/*.deep.test.ts';
/** What needs real servers: `npm run test:services` starts them. */
const ON_SERVICES = '**/*.services.test.ts';

const isDeep = process.env['RUSHES_TEST_DEPTH'] === 'deep';
const isOnServices = process.env['TEST_SERVICES'] === 'yes';

/** Whether a deep run has more to play than a quick one: files that choose their depth, themselves or by a contract. Of what stands beside contracts, these know no depth. */
const goesDeeper = (path: string): boolean =>
  path.endsWith('.deep.test.ts') || /\/contracts\/(?!read-log|awkward-log|round-trips|films)/.test(readFileSync(path, 'utf8'));

export default defineConfig({
  test: {
    include: isOnServices ? [ON_SERVICES] : isDeep ? globSync(TESTS, { cwd: import.meta.dirname }).filter(goesDeeper) : TESTS,
    exclude: ['**/node_modules/**', ...(isDeep ? [] : [DEEP]), ...(isOnServices ? [] : [ON_SERVICES])],
    globalSetup: 'tests/shared-folder.ts',
    setupFiles: ['tests/setup.ts'],
    // Files share their workers: nothing in this repository is global, and starting a worker for each file costs more than the tests do.
    isolate: false,
    // One for each core: left to itself, vitest keeps one core free.
    maxWorkers: '100%',
    // CommonJS packages look as they do to Node.
    deps: { interopDefault: false },
    // Limits for what hangs, not for what is slow.
    testTimeout: isDeep ? 3_600_000 : 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 300_000 } },
    env: {
      NODE_ENV: 'test',
      // Compiled modules, from one process that a test starts to the next: half of what a short one costs.
      NODE_COMPILE_CACHE: `${import.meta.dirname}/node_modules/.cache/rushes-compiled`,
    },
  },
});
