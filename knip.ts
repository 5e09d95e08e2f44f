import type { KnipConfig } from 'knip';

/** Every export is used somewhere, every dependency is imported. Only the packages' own entries and the tools' are given: all else must be reached from them. */
const config: KnipConfig = {
  workspaces: {
    '.': {
      entry: ['tests/**/*.ts', 'tools/**/*.ts', 'bench/**/*.ts', 'oxlint.config.ts'],
      project: ['tests/**/*.ts', 'tools/**/*.ts', 'bench/**/*.ts', '*.ts'],
    },
    'libs/*': { entry: ['src/**/*.test.ts', 'test/**/*.test.ts'], project: ['src/**/*.ts', 'test/**/*.ts'] },
    'layers/*': { entry: ['src/**/*.test.ts', 'test/**/*.test.ts'], project: ['src/**/*.ts', 'test/**/*.ts'] },
    'apps/*': { entry: ['src/main.ts', 'src/**/*.test.ts'], project: ['src/**/*.ts'] },
  },
};

export default config;
