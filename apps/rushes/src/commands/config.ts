import { CONFIG_FILE } from '@rushes/runtime';
import type { Command } from 'commander';

import { addCommand, done, settingsOf } from '../cli.ts';
import { table } from '../table.ts';

export const addConfig = (program: Command): Command =>
  addCommand(program, 'config', {
    summary: 'show every setting with its value and where it comes from',
    description: `Shows every setting with its value and where it comes from: a flag, a variable, ${CONFIG_FILE} or its default. Secrets are hidden.`,
    settings: settingsOf('folders', 'stores', 'http', 'rateLimit', 'overload', 'eventStreams', 'serving', 'batch', 'alert', 'download'),
    examples: [
      ['config', 'all settings'],
      ['config --json', 'the same for programs'],
      ['config --port 9000', 'what `up --port 9000` would use'],
    ],
    run: async ({ effective, output }) => {
      const settings = effective();
      output.result({ settings: settings.map((setting) => ({ ...setting, value: setting.value ?? null })) }, () =>
        table(
          ['setting', 'value', 'from'],
          settings.map(({ key, value, origin }) => [
            key,
            value === undefined ? '-' : typeof value === 'string' ? value : JSON.stringify(value),
            origin,
          ]),
          output.columns,
        ),
      );
      return done;
    },
  });
