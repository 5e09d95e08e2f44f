import { EXIT_CODES } from '@rushes/runtime';
import { configuredLocations, examineCache, examineStores, type StoreReport } from '@rushes/stores';
import type { Command } from 'commander';

import { addCommand, done, storeSettings } from '../cli.ts';
import { table } from '../table.ts';

const STATES: Readonly<Record<StoreReport['state'], string>> = {
  answers: 'answers',
  absent: 'not made yet',
  away: 'done without',
  fails: 'cannot be used',
};

const describe = (reports: readonly StoreReport[], columns: number): string =>
  [
    table(
      ['store', 'state', 'a read takes', 'version', 'where'],
      reports.map(({ kind, location, state, version, latencyMs }) => [
        kind,
        STATES[state],
        latencyMs === undefined ? '' : `${latencyMs} ms`,
        version ?? '',
        location,
      ]),
      columns,
    ),
    ...reports.flatMap(({ kind, findings }) =>
      findings.map(({ level, message, hint }) => `\n${level === 'fault' ? '✗' : '!'} ${kind}: ${message}.\n  ${hint}`),
    ),
  ].join('\n');

export const addDoctor = (program: Command): Command =>
  addCommand(program, 'doctor', {
    summary: 'show how every store does, and what to do about what is wrong',
    description:
      'Looks at each store where the configuration says it is: whether it answers and how quickly, its version, whether its settings and permissions are what Rushes needs. Makes and changes nothing that stays. Exit code 1: a store cannot be used.',
    settings: [...storeSettings(), 'stores.cache'],
    examples: [
      ['doctor', 'look at the stores of the data folder'],
      ['doctor --log-url kafka://broker:9092 --json', 'the same for programs, with the log on Kafka'],
    ],
    run: async ({ config, output }) => {
      const [found, cache] = await Promise.all([examineStores(configuredLocations(config)), examineCache(config)]);
      const stores = cache === undefined ? found : [...found, cache];
      const usable = stores.every(({ state }) => state !== 'fails');
      output.result({ usable, stores }, () => describe(stores, output.columns));
      return usable ? done : EXIT_CODES.failed;
    },
  });
