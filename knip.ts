import type { KnipConfig } from 'knip';

/**
 * Every export is used somewhere, every dependency is imported, every file is reached. All packages are private, so what a package exports must be
 * imported by another one or by a test.
 */
const config: KnipConfig = {
  // Compiled with a client that is generated from the contract.
  ignore: ['tests/contract/client/**'],
  includeEntryExports: true,
  ignoreExportsUsedInFile: { interface: true, type: true },
  // The types of a public function's arguments and results belong to it, named by a caller or not. What a worker thread exports is called by name.
  ignoreIssues: {
    '**/src/index.ts': ['types'],
    '**/src/*/index.ts': ['types'],
    'libs/adapters/src/sqlite-batch-views/worker.ts': ['exports'],
  },
  // Called by their path in package.json's scripts.
  ignoreDependencies: ['nx', 'oxfmt', '@redocly/cli'],
  // Of the system; what needs them does without, or is skipped.
  ignoreBinaries: ['mount', 'umount', 'taskset', 'openssl', 'unshare', 'setpriv', 'nsenter'],
  workspaces: {
    '.': {
      entry: [
        'tests/**/*.test.ts',
        'tests/setup.ts',
        'tests/e2e/main.ts',
        'tests/game-day/main.ts',
        'tests/contract/main.ts',
        'tests/model/soak.ts',
        'tools/*.ts',
        'tools/services/{main,run-tests,guard-process}.ts',
        'tools/services/kubernetes/control-plane.ts',
        'bench/*.ts',
        'bench/services/*.ts',
        'bench/{endpoints,formats,live,peers}/scripts/*.ts',
        'bench/overload/{capacity,flood,probe}.ts',
        'bench/services/cassandra.ts',
      ],
      project: ['{tests,tools,bench}/**/*.ts', '*.ts'],
    },
    'libs/*': { project: ['{src,test,contracts}/**/*.ts'] },
    // Started by its path, to be killed.
    'libs/adapters': { entry: ['src/mongodb-batch-views/builder-for-tests.ts'], project: ['src/**/*.ts'] },
    'layers/*': { project: ['{src,test}/**/*.ts'] },
    // Only its data file is read, by its path.
    'libs/sources': { project: ['{src,test}/**/*.ts'], ignoreDependencies: ['vega-datasets'] },
    'apps/*': { entry: ['src/main.ts'], project: ['src/**/*.ts'] },
    // The file of a process is started by its path.
    'apps/serving': { entry: ['src/main.ts', 'src/workers/worker-main.ts'], project: ['src/**/*.ts'] },
  },
};

export default config;
