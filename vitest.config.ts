import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{libs,layers,apps}/*/{src,test}/**/*.test.ts', 'tests/**/*.test.ts'],
    // Files share their workers: nothing in this repository is global, and starting a worker for each file costs more than the tests do.
    isolate: false,
    // CommonJS packages look as they do to Node.
    deps: { interopDefault: false },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    env: { NODE_ENV: 'test' },
  },
});
